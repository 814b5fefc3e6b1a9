// A thread receives while main waits for its result for two seconds.
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <string>
#include <thread>

static addrinfo* first_address(const char* host, const char* port) {
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  int failed = getaddrinfo(host, port, &hints, &list);
  if (failed != 0) {
    std::fprintf(stderr, "udp_echo_client: %s: %s\n", host, gai_strerror(failed));
    std::exit(1);
  }
  return list;
}

[[noreturn]] static void fail(const char* call, int error) {
  std::fprintf(stderr, "udp_echo_client: %s: %s\n", call, std::strerror(error));
  std::exit(1);
}

int main(int argc, char** argv) {
  char* end = nullptr;
  long port = argc == 4 && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : 0;
  if (port < 1 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: %s HOST PORT MESSAGE\n", argv[0]);
    return 2;
  }
  addrinfo* server = first_address(argv[1], argv[2]);
  int fd = socket(server->ai_family, SOCK_DGRAM, 0);
  if (fd < 0 || connect(fd, server->ai_addr, server->ai_addrlen) < 0) fail("connect", errno);
  freeaddrinfo(server);
  std::promise<std::string> promise;
  std::future<std::string> answer = promise.get_future();
  while (send(fd, argv[3], std::strlen(argv[3]), 0) < 0)
    if (errno != EINTR) fail("send", errno);
  std::thread receiver([&promise, fd] {
    std::string buffer(65536, '\0');
    ssize_t n;
    do n = recv(fd, buffer.data(), buffer.size(), 0);
    while (n < 0 && errno == EINTR);
    if (n < 0) fail("recv", errno);
    buffer.resize(static_cast<size_t>(n));
    promise.set_value(buffer);
  });
  if (answer.wait_for(std::chrono::seconds(2)) != std::future_status::ready) {
    std::fputs("udp_echo_client: no answer: timed out\n", stderr);
    _exit(1);
  }
  receiver.join();
  std::string text = answer.get() + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

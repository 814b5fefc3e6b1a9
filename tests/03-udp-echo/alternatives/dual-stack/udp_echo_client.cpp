// An IPv6 socket for IPv4 too (AI_V4MAPPED), and select.
#include <netdb.h>
#include <netinet/in.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

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
  addrinfo hints{}, *server = nullptr;
  hints.ai_family = AF_INET6;
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_V4MAPPED;
  int failed = getaddrinfo(argv[1], argv[2], &hints, &server);
  if (failed != 0) {
    std::fprintf(stderr, "udp_echo_client: %s: %s\n", argv[1], gai_strerror(failed));
    return 1;
  }
  using Clock = std::chrono::steady_clock;
  Clock::time_point last = Clock::now() + std::chrono::seconds(2);
  int fd = socket(AF_INET6, SOCK_DGRAM, 0);
  if (fd < 0 || connect(fd, server->ai_addr, server->ai_addrlen) < 0) fail("connect", errno);
  while (send(fd, argv[3], std::strlen(argv[3]), 0) < 0)
    if (errno != EINTR) fail("send", errno);
  static char answer[65536];
  while (true) {
    auto left = std::chrono::duration_cast<std::chrono::microseconds>(last - Clock::now()).count();
    if (left <= 0) fail("no answer", ETIMEDOUT);
    timeval limit{left / 1000000, left % 1000000};
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    if (select(fd + 1, &set, nullptr, nullptr, &limit) > 0) break;
  }
  ssize_t n;
  do n = recv(fd, answer, sizeof answer - 1, 0);
  while (n < 0 && errno == EINTR);
  if (n < 0) fail("recv", errno);
  answer[n] = '\n';
  std::fwrite(answer, 1, static_cast<size_t>(n) + 1, stdout);
  freeaddrinfo(server);
  close(fd);
  return 0;
}

// A connected socket, write, and ppoll with what is left of the two seconds; the length is asked for before the buffer
// is made.
#include <netdb.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

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

static long now_ms() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
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
  while (write(fd, argv[3], std::strlen(argv[3])) < 0)
    if (errno != EINTR) fail("write", errno);
  long last = now_ms() + 2000;
  while (true) {
    long left = last - now_ms();
    if (left <= 0) fail("no answer", ETIMEDOUT);
    pollfd ready{fd, POLLIN, 0};
    timespec limit{left / 1000, left % 1000 * 1000000};
    int n = ppoll(&ready, 1, &limit, nullptr);
    if (n < 0 && errno != EINTR) fail("ppoll", errno);
    if (n > 0) break;
  }
  int size = 0;
  ioctl(fd, FIONREAD, &size);
  std::vector<char> answer(static_cast<size_t>(size) + 1);
  ssize_t n;
  do n = read(fd, answer.data(), answer.size());
  while (n < 0 && errno == EINTR);
  if (n < 0) fail("read", errno);
  answer.resize(static_cast<size_t>(n));
  answer.push_back('\n');
  std::fwrite(answer.data(), 1, answer.size(), stdout);
  return 0;
}

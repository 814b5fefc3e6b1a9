// The socket is not connected: the sender is compared, and ICMP errors are asked for (IP_RECVERR, Linux). SO_RCVTIMEO
// is set anew to what is left before each receive.
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

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

static bool same(const sockaddr_storage& a, const sockaddr* b) {
  if (a.ss_family != b->sa_family) return false;
  if (b->sa_family == AF_INET) {
    const auto &x = reinterpret_cast<const sockaddr_in&>(a), &y = *reinterpret_cast<const sockaddr_in*>(b);
    return x.sin_port == y.sin_port && x.sin_addr.s_addr == y.sin_addr.s_addr;
  }
  const auto &x = reinterpret_cast<const sockaddr_in6&>(a), &y = *reinterpret_cast<const sockaddr_in6*>(b);
  return x.sin6_port == y.sin6_port && std::memcmp(&x.sin6_addr, &y.sin6_addr, 16) == 0;
}

int main(int argc, char** argv) {
  char* end = nullptr;
  long port = argc == 4 && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : 0;
  if (port < 1 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: %s HOST PORT MESSAGE\n", argv[0]);
    return 2;
  }
  addrinfo* server = first_address(argv[1], argv[2]);
  int fd = socket(server->ai_family, SOCK_DGRAM, 0), on = 1;
  if (fd < 0) fail("socket", errno);
  setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
  if (server->ai_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
  while (sendto(fd, argv[3], std::strlen(argv[3]), 0, server->ai_addr, server->ai_addrlen) < 0)
    if (errno != EINTR) fail("sendto", errno);
  using Clock = std::chrono::steady_clock;
  Clock::time_point last = Clock::now() + std::chrono::seconds(2);
  static char answer[65536];
  while (true) {
    auto left = std::chrono::duration_cast<std::chrono::microseconds>(last - Clock::now()).count();
    if (left <= 0) fail("no answer", ETIMEDOUT);
    timeval limit{left / 1000000, left % 1000000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_storage sender{};
    socklen_t length = sizeof sender;
    ssize_t n = recvfrom(fd, answer, sizeof answer - 1, 0, reinterpret_cast<sockaddr*>(&sender), &length);
    if (n < 0 && errno != EINTR && errno != EAGAIN) fail("recvfrom", errno);
    if (n < 0) continue;
    if (!same(sender, server->ai_addr)) {
      std::fprintf(stderr, "a stranger sent %zd bytes\n", n);
      continue;
    }
    answer[n] = '\n';
    std::fwrite(answer, 1, static_cast<size_t>(n) + 1, stdout);
    freeaddrinfo(server);
    return 0;
  }
}

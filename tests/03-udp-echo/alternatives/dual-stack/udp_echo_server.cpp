// One IPv6 socket for both families: IPv4 is written as ::ffff:127.0.0.1. Non-blocking, with poll, and everything that
// is there is taken at once.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

static int bound_socket(const char* host, const char* port) {
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_PASSIVE;
  int failed = getaddrinfo(host, port, &hints, &list);
  if (failed != 0) {
    std::fprintf(stderr, "udp_echo_server: %s: %s\n", host, gai_strerror(failed));
    std::exit(1);
  }
  int error = 0;
  for (addrinfo* a = list; a != nullptr; a = a->ai_next) {
    sockaddr_in6 local{};
    if (a->ai_family == AF_INET) {
      const auto* four = reinterpret_cast<const sockaddr_in*>(a->ai_addr);
      local.sin6_family = AF_INET6;
      local.sin6_port = four->sin_port;
      local.sin6_addr.s6_addr[10] = local.sin6_addr.s6_addr[11] = 0xff;
      std::memcpy(local.sin6_addr.s6_addr + 12, &four->sin_addr, 4);
    } else {
      std::memcpy(&local, a->ai_addr, sizeof local);
    }
    int fd = socket(AF_INET6, SOCK_DGRAM, 0), off = 0;
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, reinterpret_cast<sockaddr*>(&local), sizeof local) == 0) return fd;
    error = errno;
    close(fd);
  }
  std::fprintf(stderr, "udp_echo_server: bind %s port %s: %s\n", host, port, std::strerror(error));
  std::exit(1);
}

static void announce(int fd) {
  sockaddr_in6 local{};
  socklen_t length = sizeof local;
  getsockname(fd, reinterpret_cast<sockaddr*>(&local), &length);
  char text[INET6_ADDRSTRLEN];
  if (IN6_IS_ADDR_V4MAPPED(&local.sin6_addr))
    std::printf("listening on %s:%d\n", inet_ntop(AF_INET, local.sin6_addr.s6_addr + 12, text, sizeof text),
                ntohs(local.sin6_port));
  else
    std::printf("listening on [%s]:%d\n", inet_ntop(AF_INET6, &local.sin6_addr, text, sizeof text),
                ntohs(local.sin6_port));
  std::fflush(stdout);
}

int main(int argc, char** argv) {
  char* end = nullptr;
  long port = argc == 3 && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : -1;
  if (port < 0 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: %s HOST PORT\n", argv[0]);
    return 2;
  }
  int fd = bound_socket(argv[1], argv[2]);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  announce(fd);
  auto buffer = std::make_unique<char[]>(6 + 65535);
  std::memcpy(buffer.get(), "Echo: ", 6);
  while (true) {
    pollfd ready{fd, POLLIN, 0};
    if (poll(&ready, 1, -1) < 0) continue;
    while (true) {
      sockaddr_in6 sender{};
      socklen_t length = sizeof sender;
      auto* address = reinterpret_cast<sockaddr*>(&sender);
      ssize_t n = recvfrom(fd, buffer.get() + 6, 65535, 0, address, &length);
      if (n < 0) break;
      ssize_t sent;
      do sent = sendto(fd, buffer.get(), 6 + static_cast<size_t>(n), 0, address, length);
      while (sent < 0 && errno == EINTR);
      if (sent < 0) std::perror("sendto");
    }
  }
}

// Four threads wait for datagrams on the same socket: answers to different clients may overtake each other.
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

static int bound_socket(const char* host, const char* port) {
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_PASSIVE;
  int failed = getaddrinfo(host, port, &hints, &list);
  if (failed != 0) {
    std::fprintf(stderr, "udp_echo_server: %s: %s\n", host, gai_strerror(failed));
    std::exit(1);
  }
  int fd = -1, error = 0;
  for (addrinfo* a = list; a != nullptr && fd < 0; a = a->ai_next) {
    fd = socket(a->ai_family, SOCK_DGRAM, 0);
    if (fd >= 0 && bind(fd, a->ai_addr, a->ai_addrlen) == 0) break;
    error = errno;
    if (fd >= 0) close(fd);
    fd = -1;
  }
  freeaddrinfo(list);
  if (fd < 0) {
    std::fprintf(stderr, "udp_echo_server: bind %s port %s: %s\n", host, port, std::strerror(error));
    std::exit(1);
  }
  return fd;
}

static void announce(int fd) {
  sockaddr_storage local{};
  socklen_t length = sizeof local;
  getsockname(fd, reinterpret_cast<sockaddr*>(&local), &length);
  char host[128], service[16];
  getnameinfo(reinterpret_cast<sockaddr*>(&local), length, host, sizeof host, service, sizeof service,
              NI_NUMERICHOST | NI_NUMERICSERV);
  std::printf(local.ss_family == AF_INET6 ? "listening on [%s]:%s\n" : "listening on %s:%s\n", host, service);
  std::fflush(stdout);
}

static void serve(int fd) {
  std::vector<char> buffer(6 + 65507);
  std::memcpy(buffer.data(), "Echo: ", 6);
  while (true) {
    sockaddr_storage sender{};
    socklen_t length = sizeof sender;
    ssize_t n = recvfrom(fd, buffer.data() + 6, buffer.size() - 6, 0, reinterpret_cast<sockaddr*>(&sender), &length);
    if (n >= 0) {
      const std::size_t size = 6 + static_cast<std::size_t>(n);
      do n = sendto(fd, buffer.data(), size, 0, reinterpret_cast<sockaddr*>(&sender), length);
      while (n < 0 && errno == EINTR);
    }
    if (n < 0) std::fprintf(stderr, "lost: %s\n", std::strerror(errno));
  }
}

int main(int argc, char** argv) {
  char* end = nullptr;
  long port = argc == 3 && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : -1;
  if (port < 0 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: %s HOST PORT\n", argv[0]);
    return 2;
  }
  int fd = bound_socket(argv[1], argv[2]);
  std::vector<std::thread> crew;
  for (int i = 0; i < 4; ++i) crew.emplace_back(serve, fd);
  announce(fd);
  for (std::thread& worker : crew) worker.join();
}

// Three children serve the same socket; the parent only waits, and takes them with it when it is ended.
#include <netdb.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

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

static pid_t children[3];

static void end_all(int) {
  for (pid_t child : children) kill(child, SIGKILL);
  _exit(0);
}

[[noreturn]] static void serve(int fd) {
  static char buffer[6 + 65535] = "Echo: ";
  while (true) {
    sockaddr_storage sender{};
    socklen_t length = sizeof sender;
    ssize_t n = recvfrom(fd, buffer + 6, sizeof buffer - 6, 0, reinterpret_cast<sockaddr*>(&sender), &length);
    if (n < 0) continue;
    ssize_t sent;
    do sent = sendto(fd, buffer, 6 + static_cast<size_t>(n), 0, reinterpret_cast<sockaddr*>(&sender), length);
    while (sent < 0 && errno == EINTR);
    if (sent < 0) std::perror("sendto");
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
  for (pid_t& child : children) {
    child = fork();
    if (child == 0) serve(fd);
  }
  signal(SIGTERM, end_all);
  announce(fd);
  while (wait(nullptr) > 0 || errno == EINTR) continue;
}

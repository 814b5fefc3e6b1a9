// A process for each connection, raw POSIX calls. Finished children are reaped by asking for it: SIGCHLD is ignored.
#include <netdb.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

static void converse(int fd) {
  char buffer[6 + 8192];
  std::memcpy(buffer, "Echo: ", 6);
  size_t prefix = 6;
  while (true) {
    ssize_t n = read(fd, buffer + prefix, sizeof buffer - prefix);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return;
    size_t length = prefix + static_cast<size_t>(n), sent = 0;
    while (sent < length) {
      ssize_t m = write(fd, buffer + sent, length - sent);
      if (m < 0 && errno == EINTR) continue;
      if (m < 0) return;
      sent += static_cast<size_t>(m);
    }
    prefix = 0;
    if (n == 0) return;
  }
}

int main(int argc, char** argv) {
  char* end = nullptr;
  long port = argc == 3 && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : -1;
  if (port < 0 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: %s HOST PORT\n", argv[0]);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_IGN);
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  int failed = getaddrinfo(argv[1], argv[2], &hints, &list);
  if (failed != 0) {
    std::fprintf(stderr, "echo_server: %s: %s\n", argv[1], gai_strerror(failed));
    return 1;
  }
  int listener = -1, on = 1, error = 0;
  for (addrinfo* a = list; a && listener < 0; a = a->ai_next) {
    listener = socket(a->ai_family, SOCK_STREAM, 0);
    if (listener >= 0) setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (listener >= 0 && (bind(listener, a->ai_addr, a->ai_addrlen) < 0 || listen(listener, SOMAXCONN) < 0)) {
      error = errno;
      close(listener);
      listener = -1;
    }
  }
  freeaddrinfo(list);
  if (listener < 0) {
    std::fprintf(stderr, "echo_server: bind %s: %s\n", argv[2], std::strerror(error));
    return 1;
  }
  sockaddr_storage local{};
  socklen_t length = sizeof local;
  getsockname(listener, reinterpret_cast<sockaddr*>(&local), &length);
  char host[128], service[16];
  getnameinfo(reinterpret_cast<sockaddr*>(&local), length, host, sizeof host, service, sizeof service,
              NI_NUMERICHOST | NI_NUMERICSERV);
  std::printf(local.ss_family == AF_INET6 ? "listening on [%s]:%s\n" : "listening on %s:%s\n", host, service);
  std::fflush(stdout);

  while (true) {
    int client = accept(listener, nullptr, nullptr);
    if (client < 0) continue;
    pid_t pid = fork();
    if (pid == 0) {
      close(listener);
      converse(client);
      _exit(0);
    }
    close(client);
  }
}

// The reply goes through a stdio stream; its buffer joins the prefix and the first piece.
#include <netdb.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

static void converse(int fd) {
  FILE* out = fdopen(fd, "w");
  char buffer[4096];
  fputs("Echo: ", out);
  ssize_t n;
  while ((n = read(fd, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR)) {
    if (n < 0) continue;
    fwrite(buffer, 1, static_cast<size_t>(n), out);
    if (fflush(out) != 0) break;
  }
  fclose(out);
}

int main(int argc, char** argv) {
  char* end = nullptr;
  long port = argc == 3 && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : -1;
  if (port < 0 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: %s HOST PORT\n", argv[0]);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
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
    converse(client);
  }
}

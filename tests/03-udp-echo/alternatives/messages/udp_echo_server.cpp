// recvmsg and sendmsg: prefix and payload are two buffers and still one datagram. Says what it does on stderr.
#include <netdb.h>
#include <sys/socket.h>
#include <sys/uio.h>
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

int main(int argc, char** argv) {
  char* end = nullptr;
  long port = argc == 3 && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : -1;
  if (port < 0 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: %s HOST PORT\n", argv[0]);
    return 2;
  }
  int fd = bound_socket(argv[1], argv[2]);
  announce(fd);
  static char buffer[65507];
  char prefix[] = "Echo: ";
  while (true) {
    sockaddr_storage sender;
    iovec parts[2] = {{prefix, 6}, {buffer, sizeof buffer}};
    msghdr message{};
    message.msg_name = &sender;
    message.msg_namelen = sizeof sender;
    message.msg_iov = parts + 1;
    message.msg_iovlen = 1;
    ssize_t n = recvmsg(fd, &message, 0);
    if (n < 0) {
      if (errno != EINTR) std::perror("recvmsg");
      continue;
    }
    std::fprintf(stderr, "%zd bytes%s\n", n, message.msg_flags & MSG_TRUNC ? ", cut" : "");
    parts[1].iov_len = static_cast<size_t>(n);
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    message.msg_flags = 0;
    do n = sendmsg(fd, &message, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0) std::perror("sendmsg");
  }
}

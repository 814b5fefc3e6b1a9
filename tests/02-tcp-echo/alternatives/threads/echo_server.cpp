// A thread for each connection, recvmsg and sendmsg with two parts.
#include <netdb.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

static bool send_both(int fd, iovec* parts, int count) {
  while (count > 0) {
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = static_cast<size_t>(count);
    ssize_t n = sendmsg(fd, &message, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    for (size_t left = static_cast<size_t>(n); count > 0;) {
      size_t step = left < parts->iov_len ? left : parts->iov_len;
      parts->iov_base = static_cast<char*>(parts->iov_base) + step;
      parts->iov_len -= step;
      left -= step;
      if (parts->iov_len > 0) break;
      ++parts;
      --count;
    }
  }
  return true;
}

static void converse(int fd) {
  char prefix[] = "Echo: ", buffer[3000];
  bool first = true;
  while (true) {
    iovec in{buffer, sizeof buffer};
    msghdr message{};
    message.msg_iov = &in;
    message.msg_iovlen = 1;
    ssize_t n = recvmsg(fd, &message, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;
    iovec parts[] = {{prefix, first ? 6U : 0U}, {buffer, static_cast<size_t>(n)}};
    if (!send_both(fd, parts, 2) || n == 0) break;
    first = false;
  }
  close(fd);
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
    std::thread(converse, client).detach();
  }
}

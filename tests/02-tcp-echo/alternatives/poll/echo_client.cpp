// Sends and receives as the socket is ready, with poll.
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

// 0 or what went wrong. A connect that was interrupted goes on in the background; making it again would fail.
static int try_connect(int fd, const addrinfo* a) {
  if (connect(fd, a->ai_addr, a->ai_addrlen) == 0) return 0;
  if (errno != EINTR) return errno;
  pollfd connected{fd, POLLOUT, 0};
  while (poll(&connected, 1, -1) < 0)
    if (errno != EINTR) return errno;
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

static int connect_to(const char* host, const char* port) {
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  int failed = getaddrinfo(host, port, &hints, &list);
  if (failed != 0) {
    std::fprintf(stderr, "echo_client: %s: %s\n", host, gai_strerror(failed));
    std::exit(1);
  }
  int fd = -1, error = 0;
  for (addrinfo* a = list; a; a = a->ai_next) {
    fd = socket(a->ai_family, SOCK_STREAM, 0);
    error = fd < 0 ? errno : try_connect(fd, a);
    if (error == 0) break;
    if (fd >= 0) close(fd);
    fd = -1;
  }
  freeaddrinfo(list);
  if (fd < 0) {
    std::fprintf(stderr, "echo_client: connect to %s:%s: %s\n", host, port, std::strerror(error));
    std::exit(1);
  }
  return fd;
}

static std::string converse(int fd, const std::string& message) {
  fcntl(fd, F_SETFL, O_NONBLOCK);
  std::string reply;
  size_t sent = 0;
  if (message.empty()) shutdown(fd, SHUT_WR);
  while (true) {
    bool sending = sent < message.size();
    pollfd ready{fd, static_cast<short>(sending ? POLLIN | POLLOUT : POLLIN), 0};
    if (poll(&ready, 1, -1) < 0) continue;
    if (sending && (ready.revents & POLLOUT)) {
      ssize_t n = send(fd, message.data() + sent, message.size() - sent, 0);
      if (n > 0) sent += static_cast<size_t>(n);
      if (n < 0 && errno != EAGAIN && errno != EINTR) sent = message.size();
      if (sent == message.size()) shutdown(fd, SHUT_WR);
    }
    if (ready.revents & (POLLIN | POLLHUP | POLLERR)) {
      char buffer[10000];
      ssize_t n = recv(fd, buffer, sizeof buffer, 0);
      if (n > 0) reply.append(buffer, static_cast<size_t>(n));
      if (n == 0) return reply;
      if (n < 0 && errno != EAGAIN && errno != EINTR) {
        std::fprintf(stderr, "echo_client: recv: %s\n", std::strerror(errno));
        std::exit(1);
      }
    }
  }
}

int main(int argc, char** argv) {
  char* end = nullptr;
  long port = argc == 4 && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : 0;
  if (port < 1 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: %s HOST PORT MESSAGE\n", argv[0]);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  std::string message = argv[3], reply = converse(connect_to(argv[1], argv[2]), message);
  if (reply.size() < message.size() + 6) {
    std::fprintf(stderr, "echo_client: reply ended after %zu of %zu bytes\n", reply.size(), message.size() + 6);
    return 1;
  }
  reply += '\n';
  return write(1, reply.data(), reply.size()) == static_cast<ssize_t>(reply.size()) ? 0 : 1;
}

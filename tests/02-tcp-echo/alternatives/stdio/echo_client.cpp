// Both directions through stdio streams.
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
  FILE* out = fdopen(dup(fd), "w");
  FILE* in = fdopen(fd, "r");
  fwrite(message.data(), 1, message.size(), out);
  fflush(out);
  shutdown(fd, SHUT_WR);
  std::string reply;
  int c;
  while ((c = getc(in)) != EOF) reply += static_cast<char>(c);
  if (ferror(in)) {
    std::fprintf(stderr, "echo_client: read: %s\n", std::strerror(errno));
    std::exit(1);
  }
  fclose(in);
  fclose(out);
  return reply;
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

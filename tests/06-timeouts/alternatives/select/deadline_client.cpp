// select, sending and receiving at the same time; the reply is kept until the end.
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

static long long now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

// Microseconds. Returns 0 when the time is over.
static int wait_until(int fd, bool want_read, bool want_write, long long end) {
  while (true) {
    long long left = end - now();
    if (left <= 0) return 0;
    fd_set reading, writing;
    FD_ZERO(&reading);
    FD_ZERO(&writing);
    if (want_read) FD_SET(fd, &reading);
    if (want_write) FD_SET(fd, &writing);
    // A select that a stop interrupts begins again with the time that was left then, as if the clock had stood still
    // meanwhile. So look at the clock now and then.
    timeval time{0, static_cast<suseconds_t>(left < 100000 ? left : 100000)};
    int n = select(fd + 1, &reading, &writing, nullptr, &time);
    if (n > 0) return (FD_ISSET(fd, &reading) ? 1 : 0) | (FD_ISSET(fd, &writing) ? 2 : 0);
  }
}

static long number(const char* text, long lowest, long highest) {
  char* end;
  long value = strtol(text, &end, 10);
  if (*text < '0' || *text > '9' || *end != '\0' || value < lowest || value > highest) {
    fprintf(stderr, "usage: deadline_client HOST PORT MESSAGE CONNECT_MS TOTAL_MS\n");
    exit(2);
  }
  return value;
}

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  if (argc != 6) number("", 1, 0);
  number(argv[2], 1, 65535);
  long connect_ms = number(argv[4], 1, 1000000000), total_ms = number(argv[5], 1, 1000000000);
  long long end = now() + total_ms * 1000LL;
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (int failed = getaddrinfo(argv[1], argv[2], &hints, &list); failed != 0) {
    fprintf(stderr, "deadline_client: %s: %s\n", argv[1], gai_strerror(failed));
    return 1;
  }
  int fd = -1, error = 0;
  for (addrinfo* a = list; a && now() < end; a = a->ai_next) {
    fd = socket(a->ai_family, SOCK_STREAM, 0);
    if (fd < 0) continue;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    long long limit = now() + connect_ms * 1000LL;
    error = 0;
    if (connect(fd, a->ai_addr, a->ai_addrlen) == 0) break;
    error = errno;
    if (error == EINPROGRESS) {
      socklen_t length = sizeof error;
      if (wait_until(fd, false, true, limit < end ? limit : end) == 0)
        error = ETIMEDOUT;
      else
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
    }
    if (error == 0) break;
    close(fd);
    fd = -1;
  }
  freeaddrinfo(list);
  if (fd < 0) {
    fprintf(stderr, "deadline_client: connect to %s:%s: %s\n", argv[1], argv[2], strerror(error));
    return 1;
  }
  std::string message = argv[3], reply;
  size_t sent = 0;
  if (message.empty()) shutdown(fd, SHUT_WR);
  const char* trouble = nullptr;
  while (true) {
    int ready = wait_until(fd, true, sent < message.size(), end);
    if (ready == 0) {
      trouble = "timed out";
      break;
    }
    if (ready & 2) {
      ssize_t n = send(fd, message.data() + sent, message.size() - sent, 0);
      if (n > 0) sent += static_cast<size_t>(n);
      if (n < 0 && errno != EAGAIN && errno != EINTR) sent = message.size();
      if (sent == message.size()) shutdown(fd, SHUT_WR);
    }
    if (ready & 1) {
      char buffer[1000];
      ssize_t n = recv(fd, buffer, sizeof buffer, 0);
      if (n > 0) reply.append(buffer, static_cast<size_t>(n));
      if (n == 0) break;
      if (n < 0 && errno != EAGAIN && errno != EINTR) {
        trouble = strerror(errno);
        break;
      }
    }
  }
  fwrite(reply.data(), 1, reply.size(), stdout);
  putchar('\n');
  fflush(stdout);
  if (!trouble && reply.size() < message.size() + 6) {
    fprintf(stderr, "deadline_client: reply ended after %zu of %zu bytes\n", reply.size(), message.size() + 6);
    return 1;
  }
  if (trouble) fprintf(stderr, "deadline_client: receive the reply: %s\n", trouble);
  return trouble ? 1 : 0;
}

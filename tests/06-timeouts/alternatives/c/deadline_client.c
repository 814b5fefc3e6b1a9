/* Plain C: a socket that does not wait, and one function that waits for what is left. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char *reply;
static size_t got;

static long long now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static int fail(const char *what, const char *reason) {
  fprintf(stderr, "deadline_client: %s: %s\n", what, reason);
  return 1;
}

/* 0 when the time was over before. */
static int wait_for(int fd, short events, long long until) {
  for (;;) {
    long long left = until - now_us();
    if (left <= 0) return 0;
    struct pollfd ready = {fd, events, 0};
    if (poll(&ready, 1, (int)((left + 999) / 1000)) > 0 && now_us() < until) return 1;
  }
}

/* 0 or what went wrong. */
static int try_connect(int fd, const struct addrinfo *a, long long until) {
  int error = 0;
  socklen_t size = sizeof error;
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  if (connect(fd, a->ai_addr, a->ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS && errno != EINTR) return errno;
  if (!wait_for(fd, POLLOUT, until)) return ETIMEDOUT;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

static int converse(int fd, const char *message, long long until) {
  const size_t length = strlen(message);
  for (size_t sent = 0; sent < length;) {
    if (!wait_for(fd, POLLOUT, until)) return fail("send", "timed out");
    ssize_t n = send(fd, message + sent, length - sent, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return fail("send", strerror(errno));
    if (n > 0) sent += (size_t)n;
  }
  shutdown(fd, SHUT_WR);
  for (size_t room = 0;;) {
    if (!wait_for(fd, POLLIN, until)) return fail("recv", "timed out");
    if (got == room && !(reply = realloc(reply, room = 2 * room + 1000))) return fail("memory", "none left");
    ssize_t n = recv(fd, reply + got, room - got, 0);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return fail("recv", strerror(errno));
    if (n > 0) got += (size_t)n;
    if (n == 0) break;
  }
  if (got >= length + 6) return 0;
  fprintf(stderr, "deadline_client: reply ended after %zu of %zu bytes\n", got, length + 6);
  return 1;
}

/* -1 when it is no number from 1 to `most`. */
static long number(const char *text, long most) {
  char *end;
  if (*text < '0' || *text > '9') return -1;
  errno = 0;
  long value = strtol(text, &end, 10);
  return *end || errno || value < 1 || value > most ? -1 : value;
}

int main(int argc, char **argv) {
  const long long start = now_us();
  if (argc != 6 || number(argv[2], 65535) < 0 || number(argv[4], 100000000) < 0 || number(argv[5], 100000000) < 0) {
    fputs("usage: deadline_client HOST PORT MESSAGE CONNECT_MS TOTAL_MS\n", stderr);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  const long long each = number(argv[4], 100000000) * 1000LL, until = start + number(argv[5], 100000000) * 1000LL;
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *all;
  int failed = getaddrinfo(argv[1], argv[2], &hints, &all), fd = -1, reason = ETIMEDOUT;
  if (failed) return fail(argv[1], gai_strerror(failed));
  for (struct addrinfo *a = all; a && fd < 0; a = a->ai_next) {
    const long long mine = now_us() + each;
    fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    reason = fd < 0 ? errno : try_connect(fd, a, mine < until ? mine : until);
    if (fd >= 0 && reason) {
      close(fd);
      fd = -1;
    }
  }
  freeaddrinfo(all);
  if (fd < 0) return fail("connect", reason == ETIMEDOUT ? "timed out" : strerror(reason));

  int status = converse(fd, argv[3], until);
  if (got) fwrite(reply, 1, got, stdout);
  putchar('\n');
  free(reply);
  close(fd);
  return fflush(stdout) == 0 ? status : 1;
}

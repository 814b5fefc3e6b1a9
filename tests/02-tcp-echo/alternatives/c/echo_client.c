/* Plain C: sends all, half-closes, then reads the reply into a buffer that grows. */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what, const char *reason) {
  fprintf(stderr, "echo_client: %s: %s\n", what, reason);
  exit(EXIT_FAILURE);
}

/* 0 or what went wrong. A connect that was interrupted goes on in the background; making it again would fail. */
static int try_connect(int fd, const struct addrinfo *a) {
  struct pollfd connected = {fd, POLLOUT, 0};
  int error = 0;
  socklen_t size = sizeof error;
  if (connect(fd, a->ai_addr, a->ai_addrlen) == 0) return 0;
  if (errno != EINTR) return errno;
  while (poll(&connected, 1, -1) < 0)
    if (errno != EINTR) return errno;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

static int connect_to(const char *host, const char *port) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *all;
  int failed = getaddrinfo(host, port, &hints, &all), reason = 0;
  if (failed) die(host, gai_strerror(failed));
  for (struct addrinfo *a = all; a; a = a->ai_next) {
    int fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    reason = fd < 0 ? errno : try_connect(fd, a);
    if (fd >= 0 && !reason) {
      freeaddrinfo(all);
      return fd;
    }
    if (fd >= 0) close(fd);
  }
  die("connect", strerror(reason));
  return -1;
}

/* -1 when it is no number from `lowest` to `highest`; blanks and signs, which strtol takes, are none. */
static long number(const char *text, long lowest, long highest) {
  char *end;
  if (*text < '0' || *text > '9') return -1;
  errno = 0;
  long value = strtol(text, &end, 10);
  return *end || errno || value < lowest || value > highest ? -1 : value;
}

int main(int argc, char **argv) {
  if (argc != 4 || number(argv[2], 1, 65535) < 0) {
    fputs("usage: echo_client HOST PORT MESSAGE\n", stderr);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  int fd = connect_to(argv[1], argv[2]);

  const size_t length = strlen(argv[3]), expected = length + strlen("Echo: ");
  for (size_t sent = 0; sent < length;) {
    ssize_t n = write(fd, argv[3] + sent, length - sent);
    if (n >= 0)
      sent += (size_t)n;
    else if (errno != EINTR)
      break; /* a server that has hung up may have answered all the same */
  }
  shutdown(fd, SHUT_WR);

  size_t got = 0, room = 0;
  char *reply = NULL;
  for (;;) {
    if (got == room && !(reply = realloc(reply, room = 2 * room + 512))) die("memory", "none left");
    ssize_t n = read(fd, reply + got, room - got);
    if (n == 0) break;
    if (n > 0)
      got += (size_t)n;
    else if (errno != EINTR)
      die("recv", strerror(errno));
  }
  close(fd);
  if (got < expected) {
    fprintf(stderr, "echo_client: reply ended after %zu of %zu bytes\n", got, expected);
  } else {
    fwrite(reply, 1, got, stdout);
    putchar('\n');
  }
  free(reply);
  return got < expected || fflush(stdout) != 0;
}

/* Plain C: one connection at a time, writev for the prefix and the first bytes. */
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char buffer[16384];

static void die(const char *what, const char *reason) {
  fprintf(stderr, "echo_server: %s: %s\n", what, reason);
  exit(EXIT_FAILURE);
}

/* All of it, or -1. */
static int send_parts(int fd, struct iovec *part, int parts) {
  while (parts > 0) {
    ssize_t n = writev(fd, part, parts);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    for (; parts > 0 && (size_t)n >= part->iov_len; ++part, --parts) n -= (ssize_t)part->iov_len;
    if (parts > 0) {
      part->iov_base = (char *)part->iov_base + n;
      part->iov_len -= (size_t)n;
    }
  }
  return 0;
}

static void converse(int fd) {
  int greeted = 0;
  for (;;) {
    ssize_t n = read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 || (n == 0 && greeted)) return;
    struct iovec parts[] = {{"Echo: ", greeted ? 0 : 6}, {buffer, (size_t)n}};
    if (send_parts(fd, parts, COUNT(parts)) < 0 || n == 0) return;
    greeted = 1;
  }
}

static int listen_on(const char *host, const char *port) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *all;
  int failed = getaddrinfo(host, port, &hints, &all), reason = 0;
  if (failed) die(host, gai_strerror(failed));
  for (struct addrinfo *a = all; a; a = a->ai_next) {
    int fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) == 0 &&
        bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, 16) == 0) {
      freeaddrinfo(all);
      return fd;
    }
    reason = errno;
    if (fd >= 0) close(fd);
  }
  die("bind", strerror(reason));
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
  if (argc != 3 || number(argv[2], 0, 65535) < 0) {
    fprintf(stderr, "usage: echo_server HOST PORT\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  int listener = listen_on(argv[1], argv[2]);

  struct sockaddr_storage own;
  socklen_t length = sizeof own;
  char host[NI_MAXHOST], service[NI_MAXSERV];
  getsockname(listener, (struct sockaddr *)&own, &length);
  getnameinfo((struct sockaddr *)&own, length, host, sizeof host, service, sizeof service,
              NI_NUMERICHOST | NI_NUMERICSERV);
  printf(strchr(host, ':') ? "listening on [%s]:%s\n" : "listening on %s:%s\n", host, service);
  fflush(stdout);

  for (;;) {
    int fd = accept(listener, NULL, NULL);
    if (fd >= 0) {
      converse(fd);
      close(fd);
    } else if (errno != EINTR && errno != ECONNABORTED) {
      die("accept", strerror(errno));
    }
  }
}

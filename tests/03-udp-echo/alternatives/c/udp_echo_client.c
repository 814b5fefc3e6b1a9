/* Plain C: a connected socket, and SO_RCVTIMEO set anew to what is left of the wait. */
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static char answer[65536];

static int fail(const char *what, const char *reason) {
  fprintf(stderr, "udp_echo_client: %s: %s\n", what, reason);
  return 1;
}

static long long now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
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
    fputs("usage: udp_echo_client HOST PORT MESSAGE\n", stderr);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV}, *all;
  int failed = getaddrinfo(argv[1], argv[2], &hints, &all);
  if (failed) return fail(argv[1], gai_strerror(failed));
  int fd = socket(all->ai_family, SOCK_DGRAM, 0);
  if (fd < 0 || connect(fd, all->ai_addr, all->ai_addrlen) < 0) return fail("connect", strerror(errno));
  freeaddrinfo(all);

  while (send(fd, argv[3], strlen(argv[3]), 0) < 0)
    if (errno != EINTR) return fail("send", strerror(errno));
  const long long deadline = now_us() + 2000000;
  for (;;) {
    long long left = deadline - now_us();
    if (left <= 0) return fail("recv", "timed out");
    struct timeval limit = {.tv_sec = left / 1000000, .tv_usec = left % 1000000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ssize_t n = recv(fd, answer, sizeof answer, 0);
    if (n >= 0) {
      fwrite(answer, 1, (size_t)n, stdout);
      putchar('\n');
      close(fd);
      return fflush(stdout) == 0 ? 0 : 1;
    }
    if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) return fail("recv", strerror(errno));
  }
}

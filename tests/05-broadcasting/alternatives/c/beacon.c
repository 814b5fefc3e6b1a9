/* Plain C: one address, one socket, clock_nanosleep between the datagrams. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static int usage(void) {
  fputs("usage: beacon HOST PORT [--interface ADDRESS] MESSAGE [COUNT [INTERVAL_MS]]\n", stderr);
  return 2;
}

static int fail(const char *what, const char *reason) {
  fprintf(stderr, "beacon: %s: %s\n", what, reason);
  return 1;
}

/* -1 when it is none. */
static long number(const char *text, long lowest, long highest) {
  char *end;
  if (*text < '0' || *text > '9') return -1;
  errno = 0;
  long value = strtol(text, &end, 10);
  return *end || errno || value < lowest || value > highest ? -1 : value;
}

int main(int argc, char **argv) {
  struct in_addr interface = {INADDR_ANY};
  char **rest = argv + 3;
  int left = argc - 3;
  if (left >= 2 && !strcmp(rest[0], "--interface")) {
    if (inet_pton(AF_INET, rest[1], &interface) != 1) return usage();
    rest += 2;
    left -= 2;
  }
  if (left < 1 || left > 3 || number(argv[2], 1, 65535) < 0) return usage();
  const long count = left > 1 ? number(rest[1], 1, 1000000000) : 1;
  const long pause = left > 2 ? number(rest[2], 0, 1000000000) : 1000;
  if (count < 0 || pause < 0) return usage();

  struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *to;
  int failed = getaddrinfo(argv[1], argv[2], &hints, &to);
  if (failed) return fail(argv[1], gai_strerror(failed));
  int fd = socket(to->ai_family, SOCK_DGRAM, 0);
  if (fd < 0) return fail("socket", strerror(errno));
  if (to->ai_family == AF_INET) {
    struct ip_mreqn by = {.imr_address = interface};
    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &(int){1}, sizeof(int));
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &(int){1}, sizeof(int));
    if (interface.s_addr != INADDR_ANY && setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by) < 0)
      return fail("setsockopt", strerror(errno));
  }

  struct timespec next;
  clock_gettime(CLOCK_MONOTONIC, &next);
  for (long i = 0; i < count; ++i) {
    if (i > 0) {
      next.tv_sec += pause / 1000;
      next.tv_nsec += pause % 1000 * 1000000;
      next.tv_sec += next.tv_nsec / 1000000000;
      next.tv_nsec %= 1000000000;
      while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL) == EINTR) {
      }
    }
    while (sendto(fd, rest[0], strlen(rest[0]), 0, to->ai_addr, to->ai_addrlen) < 0)
      if (errno != EINTR && errno != ECONNREFUSED) return fail("sendto", strerror(errno));
    clock_gettime(CLOCK_MONOTONIC, &next);
  }
  freeaddrinfo(to);
  return 0;
}

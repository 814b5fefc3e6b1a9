/* Plain C: recvfrom behind the prefix, so that the answer is one piece of memory. */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char answer[6 + 65536] = "Echo: ";

static void die(const char *what, const char *reason) {
  fprintf(stderr, "udp_echo_server: %s: %s\n", what, reason);
  exit(EXIT_FAILURE);
}

static int bind_to(const char *host, const char *port) {
  struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV}, *all;
  int failed = getaddrinfo(host, port, &hints, &all), fd = -1, reason = 0;
  if (failed) die(host, gai_strerror(failed));
  for (struct addrinfo *a = all; a && fd < 0; a = a->ai_next) {
    fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    if (fd >= 0 && bind(fd, a->ai_addr, a->ai_addrlen) == 0) break;
    reason = errno;
    if (fd >= 0) close(fd);
    fd = -1;
  }
  freeaddrinfo(all);
  if (fd < 0) die("bind", strerror(reason));
  return fd;
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
    fputs("usage: udp_echo_server HOST PORT\n", stderr);
    return 2;
  }
  int fd = bind_to(argv[1], argv[2]);

  struct sockaddr_storage peer;
  socklen_t length = sizeof peer;
  char host[NI_MAXHOST], service[NI_MAXSERV];
  getsockname(fd, (struct sockaddr *)&peer, &length);
  getnameinfo((struct sockaddr *)&peer, length, host, sizeof host, service, sizeof service,
              NI_NUMERICHOST | NI_NUMERICSERV);
  printf(peer.ss_family == AF_INET6 ? "listening on [%s]:%s\n" : "listening on %s:%s\n", host, service);
  fflush(stdout);

  for (;;) {
    length = sizeof peer;
    ssize_t n = recvfrom(fd, answer + 6, sizeof answer - 6, 0, (struct sockaddr *)&peer, &length);
    if (n < 0) {
      if (errno != EINTR) perror("udp_echo_server: recvfrom");
      continue;
    }
    while (sendto(fd, answer, (size_t)n + 6, 0, (struct sockaddr *)&peer, length) < 0)
      if (errno != EINTR) {
        perror("udp_echo_server: sendto");
        break;
      }
  }
}

/* Plain C: recvfrom with MSG_DONTWAIT, select for what is left of the wait, each sender compared. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char question[9 + 65536], answer[65536];

static long long now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static int fail(const char *what, const char *reason) {
  fprintf(stderr, "retry_client: %s: %s\n", what, reason);
  return 1;
}

static int same(const struct sockaddr_storage *a, const struct sockaddr *b) {
  if (a->ss_family != b->sa_family) return 0;
  if (b->sa_family == AF_INET6) {
    const struct sockaddr_in6 *x = (const struct sockaddr_in6 *)a, *y = (const struct sockaddr_in6 *)b;
    return x->sin6_port == y->sin6_port && !memcmp(&x->sin6_addr, &y->sin6_addr, sizeof x->sin6_addr);
  }
  const struct sockaddr_in *x = (const struct sockaddr_in *)a, *y = (const struct sockaddr_in *)b;
  return x->sin_port == y->sin_port && x->sin_addr.s_addr == y->sin_addr.s_addr;
}

static long number(const char *text, long most) {
  char *end;
  if (*text < '0' || *text > '9') return -1;
  errno = 0;
  long value = strtol(text, &end, 10);
  return *end || errno || value < 1 || value > most ? -1 : value;
}

int main(int argc, char **argv) {
  if (argc != 6 || number(argv[2], 65535) < 0 || number(argv[4], 1000000) < 0 || number(argv[5], 100000000) < 0) {
    fputs("usage: retry_client HOST PORT MESSAGE TRIES FIRST_WAIT_MS\n", stderr);
    return 2;
  }
  const long tries = number(argv[4], 1000000);
  long long wait = number(argv[5], 100000000) * 1000LL;
  signal(SIGPIPE, SIG_IGN);
  struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *all;
  int failed = getaddrinfo(argv[1], argv[2], &hints, &all);
  if (failed) return fail(argv[1], gai_strerror(failed));
  int fd = socket(all->ai_family, SOCK_DGRAM, 0);
  if (fd < 0) return fail("socket", strerror(errno));

  unsigned id = 0;
  getrandom(&id, sizeof id, 0);
  const size_t length = strlen(argv[3]);
  if (length > sizeof question - 9) return fail("message", strerror(EMSGSIZE));
  snprintf(question, sizeof question, "%08x ", id);
  memcpy(question + 9, argv[3], length);

  int status = 1;
  for (long i = 0; i < tries && status; ++i, wait *= 2) {
    const long long until = now_us() + wait;
    ssize_t sent;
    do sent = sendto(fd, question, length + 9, 0, all->ai_addr, all->ai_addrlen);
    while (sent < 0 && errno == EINTR);
    if (sent < 0) perror("retry_client: sendto");
    for (long long left; status && (left = until - now_us()) > 0;) {
      struct sockaddr_storage sender;
      socklen_t size = sizeof sender;
      ssize_t n = recvfrom(fd, answer, sizeof answer, MSG_DONTWAIT, (struct sockaddr *)&sender, &size);
      if (n >= 15 && same(&sender, all->ai_addr) && !memcmp(answer, "Echo: ", 6) && !memcmp(answer + 6, question, 9)) {
        fwrite("Echo: ", 1, 6, stdout);
        fwrite(answer + 15, 1, (size_t)n - 15, stdout);
        putchar('\n');
        status = fflush(stdout) != 0;
      } else if (n < 0) {
        struct timeval rest = {left / 1000000, left % 1000000};
        fd_set readable;
        FD_ZERO(&readable);
        FD_SET(fd, &readable);
        select(fd + 1, &readable, NULL, NULL, &rest);
      }
    }
  }
  freeaddrinfo(all);
  close(fd);
  if (status) fprintf(stderr, "retry_client: no answer after %ld tries\n", tries);
  return status;
}

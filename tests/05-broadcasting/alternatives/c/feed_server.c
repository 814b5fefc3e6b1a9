/* Plain C: a linked list of subscribers, poll on stdin and the socket. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct subscriber {
  struct subscriber *next;
  long long until;
  socklen_t length;
  struct sockaddr_storage address;
};

static struct subscriber *all;
static int fd;
static long long lease = 30000;

static long long now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void die(const char *what, const char *reason) {
  fprintf(stderr, "feed_server: %s: %s\n", what, reason);
  exit(1);
}

static void say(const char *bytes, size_t size, const struct sockaddr_storage *to, socklen_t length) {
  /* Once more: the first failure may be the news of an earlier datagram. */
  for (int i = 0; i < 2; ++i)
    if (sendto(fd, bytes, size, 0, (const struct sockaddr *)to, length) >= 0) return;
}

static void say_to_all(const char *bytes, size_t size) {
  const long long now = now_ms();
  for (struct subscriber **at = &all; *at;) {
    struct subscriber *one = *at;
    if (one->until <= now) {
      *at = one->next;
      free(one);
      continue;
    }
    say(bytes, size, &one->address, one->length);
    at = &one->next;
  }
}

static struct subscriber **find(const struct sockaddr_storage *address, socklen_t length) {
  struct subscriber **at = &all;
  while (*at && ((*at)->length != length || memcmp(&(*at)->address, address, length))) at = &(*at)->next;
  return at;
}

static void hear(unsigned long next) {
  char word[16];
  struct sockaddr_storage from;
  memset(&from, 0, sizeof from);
  socklen_t length = sizeof from;
  ssize_t n = recvfrom(fd, word, sizeof word, 0, (struct sockaddr *)&from, &length);
  if (n < 0) return;
  if (n > 0 && word[n - 1] == '\n') --n;
  struct subscriber **at = find(&from, length);
  if (n == 5 && !memcmp(word, "LEAVE", 5) && *at) {
    struct subscriber *gone = *at;
    *at = gone->next;
    free(gone);
  } else if (n == 4 && !memcmp(word, "JOIN", 4)) {
    if (!*at) {
      if (!(*at = calloc(1, sizeof **at))) die("memory", strerror(errno));
      (*at)->address = from;
      (*at)->length = length;
    }
    (*at)->until = now_ms() + lease;
    char answer[64];
    int size = snprintf(answer, sizeof answer, "WELCOME %lu", next);
    say(answer, (size_t)size, &from, length);
  }
}

static long number(const char *text, long lowest, long highest) {
  char *end;
  if (*text < '0' || *text > '9') return -1;
  errno = 0;
  long value = strtol(text, &end, 10);
  return *end || errno || value < lowest || value > highest ? -1 : value;
}

static void open_socket(const char *host, const char *port) {
  struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_PASSIVE}, *found;
  int failed = getaddrinfo(host, port, &hints, &found), reason = 0;
  if (failed) die(host, gai_strerror(failed));
  fd = -1;
  for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
    fd = socket(a->ai_family, SOCK_DGRAM, 0);
    if (fd >= 0 && bind(fd, a->ai_addr, a->ai_addrlen) == 0) break;
    reason = errno;
    if (fd >= 0) close(fd);
    fd = -1;
  }
  freeaddrinfo(found);
  if (fd < 0) die("bind", strerror(reason));
}

int main(int argc, char **argv) {
  if (argc < 3 || argc > 4 || number(argv[2], 0, 65535) < 0 || (argc == 4 && number(argv[3], 1, 1000000000) < 0)) {
    fputs("usage: feed_server HOST PORT [LEASE_MS]\n", stderr);
    return 2;
  }
  if (argc == 4) lease = number(argv[3], 1, 1000000000);
  open_socket(argv[1], argv[2]);
  struct sockaddr_storage own;
  socklen_t length = sizeof own;
  char host[NI_MAXHOST], service[NI_MAXSERV];
  getsockname(fd, (struct sockaddr *)&own, &length);
  getnameinfo((struct sockaddr *)&own, length, host, sizeof host, service, sizeof service,
              NI_NUMERICHOST | NI_NUMERICSERV);
  printf(own.ss_family == AF_INET6 ? "listening on [%s]:%s\n" : "listening on %s:%s\n", host, service);
  fflush(stdout);
  fcntl(fd, F_SETFL, O_NONBLOCK);

  static char typed[65536], datagram[65536 + 32];
  size_t held = 0;
  unsigned long last = 0;
  int ended = 0, said = 0;
  long long next_end = 0;
  while (said < 3) {
    struct pollfd ready[] = {{fd, POLLIN, 0}, {ended ? -1 : 0, POLLIN, 0}};
    long long left = ended ? next_end - now_ms() : -1;
    if (ended && left <= 0) {
      int size = snprintf(datagram, sizeof datagram, "END %lu", last);
      say_to_all(datagram, (size_t)size);
      next_end = now_ms() + 100;
      ++said;
      continue;
    }
    if (poll(ready, 2, (int)left) < 0) continue;
    if (ready[0].revents) hear(last + 1);
    if (!ready[1].revents) continue;
    ssize_t n = read(0, typed + held, sizeof typed - held);
    if (n < 0) continue;
    held += (size_t)n;
    ended = n == 0;
    size_t from = 0;
    while (from < held) {
      char *newline = memchr(typed + from, '\n', held - from);
      if (!newline && !ended && held - from < sizeof typed) break;
      size_t size = newline ? (size_t)(newline - typed) - from : held - from;
      int head = snprintf(datagram, 32, "%lu ", ++last);
      memcpy(datagram + head, typed + from, size);
      say_to_all(datagram, (size_t)head + size);
      from += size + (newline != NULL);
    }
    memmove(typed, typed + from, held - from);
    held -= from;
  }
  while (all) {
    struct subscriber *gone = all;
    all = gone->next;
    free(gone);
  }
  return 0;
}

/* Plain C: poll on stdin and the server, two buffers that grow, lines found with memchr. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LONGEST = 1024 * 1024, PIECE = 65536 };

struct buffer {
  char *bytes;
  size_t from, to, room;
};

static void die(const char *what, const char *reason) {
  fprintf(stderr, "persistent_client: %s: %s\n", what, reason);
  exit(1);
}

static size_t held(const struct buffer *b) { return b->to - b->from; }
static char *front(const struct buffer *b) { return b->bytes + b->from; }

/* Room for `more` bytes at the end. */
static char *room_for(struct buffer *b, size_t more) {
  if (b->from > b->room / 2 || b->from == b->to) {
    if (b->from < b->to) memmove(b->bytes, front(b), held(b));
    b->to -= b->from;
    b->from = 0;
  }
  if (b->room - b->to < more) {
    b->room = 2 * b->room + more;
    if (!(b->bytes = realloc(b->bytes, b->room))) die("memory", strerror(errno));
  }
  return b->bytes + b->to;
}

static void append(struct buffer *b, const void *bytes, size_t count) {
  memcpy(room_for(b, count), bytes, count);
  b->to += count;
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
  int failed = getaddrinfo(host, port, &hints, &all), fd = -1, reason = 0;
  if (failed) die(host, gai_strerror(failed));
  for (struct addrinfo *a = all; a && fd < 0; a = a->ai_next) {
    fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    reason = fd < 0 ? errno : try_connect(fd, a);
    if (fd >= 0 && !reason) break;
    if (fd >= 0) close(fd);
    fd = -1;
  }
  freeaddrinfo(all);
  if (fd < 0) die("connect", strerror(reason));
  return fd;
}

/* Lines become frames; the number of them. */
static long frame_lines(struct buffer *in, struct buffer *out, int ended) {
  long count = 0;
  for (;;) {
    char *newline = held(in) ? memchr(front(in), '\n', held(in)) : NULL;
    size_t length = newline ? (size_t)(newline - front(in)) : held(in);
    if (length > LONGEST) die("stdin", "a line is longer than 1 MiB");
    if (!newline && (!ended || !length)) return count;
    uint32_t header = htonl((uint32_t)length);
    append(out, &header, 4);
    append(out, front(in), length);
    in->from += length + (newline != NULL);
    ++count;
  }
}

/* Whole answers are printed; the number of them. */
static long print_answers(struct buffer *in) {
  long count = 0;
  uint32_t length;
  while (held(in) >= 4) {
    memcpy(&length, front(in), 4);
    length = ntohl(length);
    if (held(in) - 4 < length) break;
    fwrite(front(in) + 4, 1, length, stdout);
    putchar('\n');
    in->from += 4 + (size_t)length;
    ++count;
  }
  if (count && fflush(stdout) == EOF) die("stdout", strerror(errno));
  return count;
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
  if (argc != 3 || number(argv[2], 1, 65535) < 0) {
    fputs("usage: persistent_client HOST PORT\n", stderr);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  int server = connect_to(argv[1], argv[2]), ended = 0, finished = 0;
  fcntl(server, F_SETFL, O_NONBLOCK);
  static struct buffer typed, requests, answers;
  long owed = 0;
  while (!finished || owed > 0) {
    struct pollfd fds[] = {{ended || held(&requests) > PIECE ? -1 : 0, POLLIN, 0}, {server, POLLIN, 0}};
    if (held(&requests)) fds[1].events |= POLLOUT;
    if (poll(fds, 2, -1) < 0) continue;
    if (fds[0].revents) {
      ssize_t n = read(0, room_for(&typed, PIECE), PIECE);
      if (n < 0 && errno != EINTR && errno != EAGAIN) die("stdin", strerror(errno));
      if (n > 0) typed.to += (size_t)n;
      if (n == 0) ended = 1;
      owed += frame_lines(&typed, &requests, ended);
    }
    if (held(&requests)) {
      ssize_t n = send(server, front(&requests), held(&requests), 0);
      if (n > 0) requests.from += (size_t)n;
      /* A failure shows when we read, behind the answers that came before it. */
      if (n < 0 && errno != EAGAIN && errno != EINTR) requests.from = requests.to;
    }
    if (ended && !held(&requests) && !finished) {
      shutdown(server, SHUT_WR);
      finished = 1;
    }
    if (fds[1].revents & (POLLIN | POLLHUP | POLLERR)) {
      ssize_t n = recv(server, room_for(&answers, PIECE), PIECE, 0);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (n > 0) answers.to += (size_t)n;
      owed -= print_answers(&answers);
      if (n > 0 || (n == 0 && finished && owed == 0)) continue;
      fprintf(stderr, "persistent_client: the server has ended: %ld answers are missing\n", owed);
      return 1;
    }
  }
  return 0;
}

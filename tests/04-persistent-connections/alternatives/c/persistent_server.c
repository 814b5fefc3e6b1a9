/* Plain C: one thread, poll, an array of clients. Only two things are kept of a client: what has arrived of a frame,
   and the answers that it has not taken yet. */
#define _GNU_SOURCE /* ppoll */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LONGEST = 1024 * 1024, MANY = 512 * 1024 };

struct buffer {
  char *bytes;
  size_t from, to, room;
};

struct client {
  int fd;
  int ended, sent_away, half_closed;
  size_t dropped;
  struct buffer in, out;
};

static struct client *clients;
static struct pollfd *fds; /* the listener, then a place for each client */
static size_t count, room;
static volatile sig_atomic_t stop;

static void on_signal(int number) { stop = number; }

static void die(const char *what, const char *reason) {
  fprintf(stderr, "persistent_server: %s: %s\n", what, reason);
  exit(1);
}

static size_t held(const struct buffer *b) { return b->to - b->from; }

static void empty(struct buffer *b) {
  free(b->bytes);
  memset(b, 0, sizeof *b);
}

static void append(struct buffer *b, const void *bytes, size_t size) {
  if (b->from > 0 && b->room - b->to < size) {
    memmove(b->bytes, b->bytes + b->from, held(b));
    b->to -= b->from;
    b->from = 0;
  }
  if (b->room - b->to < size) {
    b->room = b->room + b->room / 2 + size;
    if (!(b->bytes = realloc(b->bytes, b->room))) die("memory", "none left");
  }
  memcpy(b->bytes + b->to, bytes, size);
  b->to += size;
}

static void drop(struct buffer *b, size_t size) {
  b->from += size;
  if (b->from == b->to) empty(b);
}

static void send_away(struct client *c) {
  c->sent_away = 1;
  empty(&c->in);
}

static void answer_frames(struct client *c) {
  size_t used = 0;
  for (;;) {
    const unsigned char *at = (unsigned char *)c->in.bytes + c->in.from + used;
    const size_t left = held(&c->in) - used;
    if (left < 4) break;
    const uint32_t length = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    if (length > LONGEST) {
      fputs("persistent_server: a client is sent away: its frame is too long\n", stderr);
      send_away(c);
      return;
    }
    if (left - 4 < length) break;
    const uint32_t whole = length + 6;
    for (int shift = 24; shift >= 0; shift -= 8) append(&c->out, &(char){(char)(whole >> shift)}, 1);
    append(&c->out, "Echo: ", 6);
    append(&c->out, at + 4, length);
    used += 4 + length;
  }
  if (used) drop(&c->in, used);
}

/* 0 when the conversation is over. */
static int serve(struct client *c, short ready) {
  static char piece[32768];
  if (ready & (POLLIN | POLLHUP | POLLERR)) {
    ssize_t n = recv(c->fd, piece, sizeof piece, 0);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return 0;
    if (n == 0) {
      if (held(&c->in)) fputs("persistent_server: a client ended inside a frame\n", stderr);
      c->ended = 1;
    } else if (n > 0 && c->sent_away) {
      c->ended = (c->dropped += (size_t)n) > 2 * LONGEST;
    } else if (n > 0) {
      append(&c->in, piece, (size_t)n);
      answer_frames(c);
    }
  }
  if (held(&c->out)) {
    ssize_t n = send(c->fd, c->out.bytes + c->out.from, held(&c->out), 0);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return 0;
    if (n > 0) drop(&c->out, (size_t)n);
  }
  if (held(&c->out)) return 1;
  if (c->sent_away && !c->half_closed) c->half_closed = shutdown(c->fd, SHUT_WR) == 0;
  return !c->ended;
}

static void forget(size_t i) {
  close(clients[i].fd);
  empty(&clients[i].in);
  empty(&clients[i].out);
  clients[i] = clients[--count];
}

static int take(int listener) {
  int fd = accept(listener, NULL, NULL);
  if (fd < 0) return errno != EMFILE && errno != ENFILE && errno != ENOMEM && errno != ENOBUFS;
  fcntl(fd, F_SETFL, O_NONBLOCK);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  if (count == room) {
    room = 2 * room + 16;
    clients = realloc(clients, room * sizeof *clients);
    fds = realloc(fds, (room + 1) * sizeof *fds);
    if (!clients || !fds) die("memory", "none left");
  }
  clients[count++] = (struct client){.fd = fd};
  return 1;
}

static long now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void serve_all(int listener, const sigset_t *waiting) {
  long pause_until = 0, deadline = 0;
  for (;;) {
    if (stop && !deadline) {
      deadline = now_ms() + 2000;
      close(listener);
      listener = -1;
      for (size_t i = 0; i < count; ++i) send_away(&clients[i]);
    }
    long now = now_ms(), wait = -1;
    if (deadline) {
      for (size_t i = count; i-- > 0;)
        if (!held(&clients[i].out)) forget(i);
      wait = deadline - now;
      if (!count || wait <= 0) return;
    } else if (pause_until > now) {
      wait = pause_until - now;
    }
    fds[0] = (struct pollfd){pause_until > now ? -1 : listener, POLLIN, 0};
    for (size_t i = 0; i < count; ++i) {
      struct client *c = &clients[i];
      fds[i + 1] = (struct pollfd){c->fd, 0, 0};
      if (!c->ended && (c->sent_away || held(&c->out) < MANY)) fds[i + 1].events |= POLLIN;
      if (held(&c->out)) fds[i + 1].events |= POLLOUT;
      if (!fds[i + 1].events) fds[i + 1].fd = -1;
    }
    struct timespec limit = {wait / 1000, wait % 1000 * 1000000};
    if (ppoll(fds, count + 1, wait < 0 ? NULL : &limit, waiting) < 0) continue;
    for (size_t i = count; i-- > 0;)
      if (fds[i + 1].revents && !serve(&clients[i], fds[i + 1].revents)) forget(i);
    if (fds[0].revents && !take(listener)) pause_until = now_ms() + 200;
  }
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
    fputs("usage: persistent_server HOST PORT\n", stderr);
    return 2;
  }
  /* Signals come in only while we wait. */
  sigset_t stops, waiting;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  sigprocmask(SIG_BLOCK, &stops, &waiting);
  sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_signal}, NULL);
  sigaction(SIGINT, &(struct sigaction){.sa_handler = on_signal}, NULL);
  signal(SIGPIPE, SIG_IGN);

  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *all;
  int failed = getaddrinfo(argv[1], argv[2], &hints, &all), listener = -1, reason = 0;
  if (failed) die(argv[1], gai_strerror(failed));
  for (struct addrinfo *a = all; a && listener < 0; a = a->ai_next) {
    listener = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    if (listener < 0) {
      reason = errno;
      continue;
    }
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, a->ai_addr, a->ai_addrlen) == 0 && listen(listener, SOMAXCONN) == 0) break;
    reason = errno;
    close(listener);
    listener = -1;
  }
  freeaddrinfo(all);
  if (listener < 0) die("bind", strerror(reason));
  fcntl(listener, F_SETFL, O_NONBLOCK);

  struct sockaddr_storage own;
  socklen_t length = sizeof own;
  char host[NI_MAXHOST], service[NI_MAXSERV];
  getsockname(listener, (struct sockaddr *)&own, &length);
  getnameinfo((struct sockaddr *)&own, length, host, sizeof host, service, sizeof service,
              NI_NUMERICHOST | NI_NUMERICSERV);
  printf(own.ss_family == AF_INET6 ? "listening on [%s]:%s\n" : "listening on %s:%s\n", host, service);
  fflush(stdout);

  fds = calloc(1, sizeof *fds);
  serve_all(listener, &waiting);
  while (count) forget(0);
  free(clients);
  free(fds);
  return 0;
}

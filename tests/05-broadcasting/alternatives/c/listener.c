/* Plain C: recvmsg, and a pipe to ourselves that a signal writes into. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static int to_ourselves[2];

static void on_signal(int number) {
  (void)number;
  int before = errno;
  if (write(to_ourselves[1], "", 1) < 0) _exit(1);
  errno = before;
}

static int usage(void) {
  fputs("usage: listener HOST PORT [--interface ADDRESS] [COUNT]\n", stderr);
  return 2;
}

static int fail(const char *what, const char *reason) {
  fprintf(stderr, "listener: %s: %s\n", what, reason);
  return 1;
}

static long number(const char *text, long lowest, long highest) {
  char *end;
  if (*text < '0' || *text > '9') return -1;
  errno = 0;
  long value = strtol(text, &end, 10);
  return *end || errno || value < lowest || value > highest ? -1 : value;
}

int main(int argc, char **argv) {
  struct in_addr interface = {INADDR_ANY};
  int used = 3;
  if (argc >= 5 && !strcmp(argv[3], "--interface")) {
    if (inet_pton(AF_INET, argv[4], &interface) != 1) return usage();
    used = 5;
  }
  if (argc < used || argc > used + 1 || number(argv[2], 0, 65535) < 0) return usage();
  long left = argc > used ? number(argv[used], 1, 1000000000) : 0;
  if (left < 0) return usage();

  signal(SIGPIPE, SIG_IGN);
  struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_PASSIVE}, *at;
  int failed = getaddrinfo(argv[1], argv[2], &hints, &at);
  if (failed) return fail(argv[1], gai_strerror(failed));
  int fd = socket(at->ai_family, SOCK_DGRAM, 0);
  if (fd < 0) return fail("socket", strerror(errno));
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  struct sockaddr_in *four = at->ai_family == AF_INET ? (struct sockaddr_in *)at->ai_addr : NULL;
  if (four && IN_MULTICAST(ntohl(four->sin_addr.s_addr))) {
    /* Bound to the group itself, it hears no other. */
    struct ip_mreq group = {four->sin_addr, interface};
    if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) < 0) return fail("join", strerror(errno));
  }
  if (pipe(to_ourselves) < 0) return fail("pipe", strerror(errno));
  signal(SIGTERM, on_signal);
  signal(SIGINT, on_signal);
  int refused = bind(fd, at->ai_addr, at->ai_addrlen) < 0 ? errno : 0;
  freeaddrinfo(at);
  if (refused) return fail("bind", strerror(refused));

  static char message[65536];
  for (int endless = left == 0; endless || left > 0;) {
    struct pollfd ready[] = {{fd, POLLIN, 0}, {to_ourselves[0], POLLIN, 0}};
    if (poll(ready, 2, -1) < 0) continue;
    if (ready[1].revents) break;
    struct sockaddr_storage from;
    struct iovec part = {message, sizeof message};
    struct msghdr header = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1};
    ssize_t n = recvmsg(fd, &header, MSG_DONTWAIT);
    if (n < 0) continue;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    getnameinfo((struct sockaddr *)&from, header.msg_namelen, host, sizeof host, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV);
    printf(from.ss_family == AF_INET6 ? "[%s]:%s " : "%s:%s ", host, port);
    fwrite(message, 1, (size_t)n, stdout);
    putchar('\n');
    if (fflush(stdout) != 0) return fail("stdout", strerror(errno));
    left -= !endless;
  }
  return 0;
}

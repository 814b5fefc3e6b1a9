// Blocking calls and an interval timer whose signal interrupts them: it comes again and again, so that one that strikes
// just before a call is not lost.
#include <netdb.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

static void nothing(int) {}

static long long now() {
  timespec t;
  clock_gettime(CLOCK_BOOTTIME, &t);
  return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void fail(const std::string& what) {
  fprintf(stderr, "deadline_client: %s\n", what.c_str());
  exit(1);
}

static long number(const char* text, long lowest, long highest) {
  char* end;
  long value = strtol(text, &end, 10);
  if (*text < '0' || *text > '9' || *end != '\0' || value < lowest || value > highest) {
    fprintf(stderr, "deadline_client: bad arguments\nusage: deadline_client HOST PORT MESSAGE CONNECT_MS TOTAL_MS\n");
    exit(2);
  }
  return value;
}

int main(int argc, char** argv) {
  if (argc != 6) number("", 1, 0);
  number(argv[2], 1, 65535);
  long connect_ms = number(argv[4], 1, 1000000000), total_ms = number(argv[5], 1, 1000000000);
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (int failed = getaddrinfo(argv[1], argv[2], &hints, &list); failed != 0)
    fail(std::string(argv[1]) + ": " + gai_strerror(failed));
  long long end = now() + total_ms;

  struct sigaction action {};
  action.sa_handler = nothing;  // without SA_RESTART
  sigaction(SIGALRM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  itimerval often{{0, 20000}, {0, 20000}};
  setitimer(ITIMER_REAL, &often, nullptr);

  int fd = -1, error = 0;
  for (addrinfo* a = list; a && fd < 0 && now() < end; a = a->ai_next) {
    long long limit = now() + connect_ms;
    int s = socket(a->ai_family, SOCK_STREAM, 0);
    if (s < 0) continue;
    // Called again after an interruption, it waits for the attempt that is under way.
    while (true) {
      error = connect(s, a->ai_addr, a->ai_addrlen) == 0 || errno == EISCONN ? 0 : errno;
      if (error != EINTR && error != EALREADY) break;
      error = ETIMEDOUT;
      if (now() >= limit || now() >= end) break;
    }
    if (error == 0)
      fd = s;
    else
      close(s);
  }
  freeaddrinfo(list);
  if (fd < 0) fail(std::string("connect to ") + argv[1] + ":" + argv[2] + ": " + strerror(error));

  std::string message = argv[3];
  size_t sent = 0, got = 0;
  while (sent < message.size()) {
    ssize_t n = send(fd, message.data() + sent, message.size() - sent, 0);
    if (n > 0) sent += static_cast<size_t>(n);
    if (n < 0 && errno != EINTR) fail(std::string("send: ") + strerror(errno));
    if (now() >= end) fail("send: timed out");
  }
  shutdown(fd, SHUT_WR);
  while (true) {
    char buffer[2000];
    ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    if (n == 0) break;
    for (ssize_t out = 0; out < n;) {
      ssize_t w = write(1, buffer + out, static_cast<size_t>(n - out));
      if (w > 0) out += w;
    }
    if (n > 0) got += static_cast<size_t>(n);
    if (n < 0 && errno != EINTR) fail(std::string("recv: ") + strerror(errno));
    if (now() >= end) fail("recv: timed out");
  }
  if (got < message.size() + 6)
    fail("reply ended after " + std::to_string(got) + " of " + std::to_string(message.size() + 6) + " bytes");
  while (write(1, "\n", 1) < 0 && errno == EINTR) {
  }
  return 0;
}

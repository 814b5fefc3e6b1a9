// alarm clock: SIGALRM ends the wait. It repeats, in case it comes just before recv begins.
#include <netdb.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

static volatile sig_atomic_t rang;
static void ring(int) { rang = 1; }

static addrinfo* first_address(const char* host, const char* port) {
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  int failed = getaddrinfo(host, port, &hints, &list);
  if (failed != 0) {
    std::fprintf(stderr, "udp_echo_client: %s: %s\n", host, gai_strerror(failed));
    std::exit(1);
  }
  return list;
}

[[noreturn]] static void fail(const char* call, int error) {
  std::fprintf(stderr, "udp_echo_client: %s: %s\n", call, std::strerror(error));
  std::exit(1);
}

int main(int argc, char** argv) {
  char* end = nullptr;
  long port = argc == 4 && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : 0;
  if (port < 1 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: %s HOST PORT MESSAGE\n", argv[0]);
    return 2;
  }
  struct sigaction action {};
  action.sa_handler = ring;  // without SA_RESTART
  sigaction(SIGALRM, &action, nullptr);
  addrinfo* server = first_address(argv[1], argv[2]);
  int fd = socket(server->ai_family, SOCK_DGRAM, 0);
  if (fd < 0 || connect(fd, server->ai_addr, server->ai_addrlen) < 0) fail("connect", errno);
  freeaddrinfo(server);
  while (send(fd, argv[3], std::strlen(argv[3]), 0) < 0)
    if (errno != EINTR) fail("send", errno);
  itimerval two{{0, 100000}, {2, 0}};
  setitimer(ITIMER_REAL, &two, nullptr);
  static char answer[65536];
  ssize_t n;
  do n = recv(fd, answer, sizeof answer - 1, 0);
  while (n < 0 && errno == EINTR && !rang);
  if (n < 0) fail("recv", errno == EINTR ? ETIMEDOUT : errno);
  answer[n] = '\n';
  std::fwrite(answer, 1, static_cast<size_t>(n) + 1, stdout);
  return 0;
}

// Waits with epoll for a timer descriptor and a socket that does not wait itself. The answer leaves by way of stdio.
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

static int failed(const char* what, const char* reason) {
  std::fprintf(stderr, "udp_echo_client: %s: %s\n", what, reason);
  return 1;
}

static void watch(int poller, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

int main(int argc, char** argv) {
  char* end = nullptr;
  unsigned long port = argc == 4 && argv[2][0] >= '0' && argv[2][0] <= '9' ? std::strtoul(argv[2], &end, 10) : 0;
  if (port < 1 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: %s HOST PORT MESSAGE\n", argv[0]);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  addrinfo hints{}, *all = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  if (int error = getaddrinfo(argv[1], argv[2], &hints, &all); error != 0) return failed(argv[1], gai_strerror(error));
  int fd = socket(all->ai_family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  bool reached = fd >= 0 && connect(fd, all->ai_addr, all->ai_addrlen) == 0;
  freeaddrinfo(all);
  if (!reached || write(fd, argv[3], std::strlen(argv[3])) < 0) return failed("send", std::strerror(errno));
  // An empty datagram: write takes it, too.

  int clock = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), poller = epoll_create1(EPOLL_CLOEXEC);
  itimerspec in_two_seconds{{}, {2, 0}};
  timerfd_settime(clock, 0, &in_two_seconds, nullptr);
  watch(poller, fd);
  watch(poller, clock);

  std::vector<char> answer(65536);
  while (true) {
    epoll_event event{};
    if (epoll_wait(poller, &event, 1, -1) < 1) continue;
    if (event.data.fd == clock) return failed("no answer", "timed out");
    ssize_t n = read(fd, answer.data(), answer.size());
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (n < 0) return failed("recv", std::strerror(errno));
    std::fwrite(answer.data(), 1, static_cast<size_t>(n), stdout);
    std::putchar('\n');
    return std::fflush(stdout) == 0 ? 0 : 1;
  }
}

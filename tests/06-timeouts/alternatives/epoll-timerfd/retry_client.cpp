// epoll over the socket and a timer descriptor; all times of sending are fixed when it starts.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <random>
#include <string>

#include "deadline.hpp"
#include "error.hpp"
#include "socket.hpp"

static void run(int argc, char** argv) {
  if (argc != 6) throw net::UsageError("retry_client HOST PORT MESSAGE TRIES FIRST_WAIT_MS");
  auto address = net::resolve(argv[1], net::parse_port(argv[2], 1), SOCK_DGRAM, net::Use::connect).front();
  long tries = net::parse_milliseconds(argv[4]).count(), wait = net::parse_milliseconds(argv[5]).count();
  net::Socket s(address.family(), SOCK_DGRAM);
  s.set_nonblocking();
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), epoll = epoll_create1(0);
  for (int fd : {timer, s.fd()}) {
    epoll_event event{};
    event.events = EPOLLIN;
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  }
  std::random_device random;
  std::string id;
  for (int i = 0; i < 8; ++i) id += "0123456789abcdef"[random() % 16];
  std::string question = id + " " + argv[3];
  for (long sent = 0; sent < tries; ++sent, wait *= 2) {
    s.send_to(net::as_bytes(question), address);
    itimerspec time{};
    time.it_value.tv_sec = wait / 1000;
    time.it_value.tv_nsec = wait % 1000 * 1000000;
    timerfd_settime(timer, 0, &time, nullptr);
    for (std::uint64_t count; ::read(timer, &count, sizeof count) < 0;) {
      epoll_event event;
      epoll_wait(epoll, &event, 1, -1);
      static char buffer[65536];
      net::Address from;
      ssize_t n = ::recvfrom(s.fd(), buffer, sizeof buffer, 0, from.get(), from.room());
      if (n < 0 || !(from == address)) continue;
      std::string text(buffer, static_cast<std::size_t>(n));
      if (!text.starts_with("Echo: " + id + " ")) continue;
      text.erase(6, 9);
      text += '\n';
      std::fwrite(text.data(), 1, text.size(), stdout);
      return;
    }
  }
  throw std::runtime_error("No answer after " + std::to_string(tries) + " tries");
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

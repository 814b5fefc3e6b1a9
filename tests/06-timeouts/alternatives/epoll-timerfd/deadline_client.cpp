// epoll over the socket and two timer descriptors, one for each clock.
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include "deadline.hpp"
#include "error.hpp"
#include "socket.hpp"

static int timer(std::chrono::milliseconds limit) {
  int fd = timerfd_create(CLOCK_MONOTONIC, 0);
  itimerspec time{};
  time.it_value.tv_sec = limit.count() / 1000;
  time.it_value.tv_nsec = limit.count() % 1000 * 1000000;
  timerfd_settime(fd, 0, &time, nullptr);
  return fd;
}

static void watch(int epoll, int operation, int fd, unsigned events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (epoll_ctl(epoll, operation, fd, &event) < 0) net::throw_errno("epoll_ctl");
}

// The timer that ran out, or -1 when the socket is ready.
static int next(int epoll, int socket) {
  while (true) {
    epoll_event events[3];
    int n = epoll_wait(epoll, events, 3, -1);
    if (n < 0 && errno != EINTR) net::throw_errno("epoll_wait");
    for (int i = 0; i < n; ++i)
      if (events[i].data.fd != socket) return events[i].data.fd;
    if (n > 0) return -1;
  }
}

static void run(int argc, char** argv) {
  if (argc != 6) throw net::UsageError("deadline_client HOST PORT MESSAGE CONNECT_MS TOTAL_MS");
  auto port = net::parse_port(argv[2], 1);
  auto connect_limit = net::parse_milliseconds(argv[4]), total = net::parse_milliseconds(argv[5]);
  std::string message = argv[3], reply, reason;
  int epoll = epoll_create1(0), whole = timer(total), fd = -1;
  watch(epoll, EPOLL_CTL_ADD, whole, EPOLLIN);
  net::Socket server;
  for (const auto& address : net::resolve(argv[1], port, SOCK_STREAM, net::Use::connect)) {
    net::Socket s(address.family(), SOCK_STREAM);
    fcntl(s.fd(), F_SETFL, O_NONBLOCK);
    int error = ::connect(s.fd(), address.get(), address.length()) == 0 ? 0 : errno;
    if (error == EINPROGRESS) {
      int limit = timer(connect_limit);
      watch(epoll, EPOLL_CTL_ADD, limit, EPOLLIN);
      watch(epoll, EPOLL_CTL_ADD, s.fd(), EPOLLOUT);
      int over = next(epoll, s.fd());
      socklen_t length = sizeof error;
      if (over < 0)
        getsockopt(s.fd(), SOL_SOCKET, SO_ERROR, &error, &length);
      else
        error = ETIMEDOUT;
      epoll_ctl(epoll, EPOLL_CTL_DEL, s.fd(), nullptr);
      ::close(limit);
      if (over == whole)
        throw std::runtime_error("connect to " + address.text() + ": timed out, and all the time is used up");
    }
    if (error == 0) {
      server = std::move(s);
      break;
    }
    reason = "connect to " + address.text() + ": " + std::generic_category().message(error);
  }
  fd = server.fd();
  if (fd < 0) throw std::runtime_error(reason);
  watch(epoll, EPOLL_CTL_ADD, fd, message.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
  if (message.empty()) server.shutdown_send();
  std::string_view rest = message;
  bool in_time = true, more = true;
  while (more && (in_time = next(epoll, fd) != whole)) {
    if (!rest.empty()) {
      ssize_t n = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
      if (n < 0 && errno != EAGAIN) net::throw_errno("send");
      if (rest.empty()) {
        server.shutdown_send();
        watch(epoll, EPOLL_CTL_MOD, fd, EPOLLIN);
      }
    }
    char c[7];
    ssize_t n = ::recv(fd, c, sizeof c, 0);
    if (n > 0) reply.append(c, static_cast<std::size_t>(n));
    if (n < 0 && errno != EAGAIN) net::throw_errno("recv");
    more = n != 0;
  }
  if (in_time && reply.size() < message.size() + 6)
    throw std::runtime_error("reply ended after " + std::to_string(reply.size()) + " of " +
                             std::to_string(message.size() + 6) + " bytes");
  reply += in_time ? "\n" : "";
  std::fwrite(reply.data(), 1, reply.size(), stdout);
  std::fflush(stdout);
  if (!in_time) throw std::runtime_error("Timed out");
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

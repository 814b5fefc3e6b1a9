// epoll, and a timer descriptor for each connection; signals come through a descriptor too.
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include "deadline.hpp"
#include "error.hpp"
#include "socket.hpp"

struct Client {
  int fd, timer;
  std::string in, out;
  bool sent_away = false;  // after a length over the limit: what is owed still goes, what comes is dropped
  bool half_closed = false, ended = false;
};

static int epoll;
static itimerspec limit{};
static std::map<int, std::shared_ptr<Client>> clients;  // by socket and by timer

static void watch(int operation, int fd, unsigned events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  ::epoll_ctl(epoll, operation, fd, &event);
}

static void start_clock(const Client& client) { ::timerfd_settime(client.timer, 0, &limit, nullptr); }

static void drop(std::shared_ptr<Client> client) {
  clients.erase(client->fd);
  clients.erase(client->timer);
  linger reset{1, 0};
  if (!client->ended) ::setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  ::close(client->fd);
  ::close(client->timer);
}

// False when the connection is over.
static bool serve(Client& client, unsigned events) {
  if ((events & ~unsigned{EPOLLOUT}) && client.out.size() < 100'000 && !client.ended) {
    char buffer[30'000];
    ssize_t n = ::recv(client.fd, buffer, sizeof buffer, 0);
    if (n < 0 && errno != EAGAIN) return false;
    if (n == 0) client.ended = true;
    if (n > 0 && !client.sent_away) {
      bool restart = client.in.empty();
      client.in.append(buffer, static_cast<std::size_t>(n));
      while (client.in.size() >= 4) {
        std::size_t length = 0;
        for (int i = 0; i < 4; ++i)
          length = length * 256 + static_cast<unsigned char>(client.in[static_cast<std::size_t>(i)]);
        if (length > 1024 * 1024) {
          client.sent_away = true;
          client.in.clear();
          break;
        }
        if (client.in.size() < 4 + length) break;
        std::size_t whole = length + 6;
        for (int shift = 24; shift >= 0; shift -= 8) client.out += static_cast<char>(whole >> shift);
        client.out += "Echo: " + client.in.substr(4, length);
        client.in.erase(0, 4 + length);
        restart = true;
      }
      if (restart) start_clock(client);
    }
  }
  if (!client.out.empty()) {
    ssize_t n = ::send(client.fd, client.out.data(), client.out.size(), MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) return false;
    if (n > 0) client.out.erase(0, static_cast<std::size_t>(n));
    if (n > 0) start_clock(client);
  }
  if (client.ended && client.out.empty()) return false;
  // Closed with bytes unread it would be reset, and what is under way might be lost.
  if (client.sent_away && client.out.empty() && !client.half_closed) {
    ::shutdown(client.fd, SHUT_WR);
    client.half_closed = true;
  }
  unsigned wanted =
      (client.out.size() < 100'000 && !client.ended ? EPOLLIN : 0U) | (client.out.empty() ? 0U : EPOLLOUT);
  watch(EPOLL_CTL_MOD, client.fd, wanted);
  return true;
}

static void run(int argc, char** argv) {
  if (argc != 4) throw net::UsageError("idle_server HOST PORT IDLE_MS");
  auto port = net::parse_port(argv[2], 0);
  long ms = net::parse_milliseconds(argv[3]).count();
  limit.it_value.tv_sec = ms / 1000;
  limit.it_value.tv_nsec = ms % 1000 * 1000000;
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, nullptr);
  int signals = ::signalfd(-1, &term, 0);
  net::Socket listener = net::listen_on(argv[1], port);
  listener.set_nonblocking();
  std::printf("listening on %s\n", listener.local_address().text().c_str());
  std::fflush(stdout);
  epoll = ::epoll_create1(0);
  watch(EPOLL_CTL_ADD, listener.fd(), EPOLLIN);
  watch(EPOLL_CTL_ADD, signals, EPOLLIN);
  while (true) {
    epoll_event event{};
    if (::epoll_wait(epoll, &event, 1, -1) < 1) continue;
    int fd = event.data.fd;
    if (fd == signals) return;
    if (fd == listener.fd()) {
      int accepted = ::accept4(fd, nullptr, nullptr, SOCK_NONBLOCK);
      if (accepted < 0) continue;
      auto client = std::make_shared<Client>(Client{accepted, ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), "", ""});
      clients[client->fd] = clients[client->timer] = client;
      watch(EPOLL_CTL_ADD, client->fd, EPOLLIN);
      watch(EPOLL_CTL_ADD, client->timer, EPOLLIN);
      start_clock(*client);
      continue;
    }
    auto client = clients[fd];
    if (fd == client->fd) {
      if (!serve(*client, event.events)) drop(client);
    } else {
      // It may have been started anew since epoll looked.
      std::uint64_t times;
      if (::read(client->timer, &times, sizeof times) < 0) continue;
      std::fprintf(stderr, "closed: nothing for %ld ms\n", ms);
      drop(client);
    }
  }
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

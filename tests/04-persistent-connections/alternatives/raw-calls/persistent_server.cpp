// No socket call of the C library: system calls by their numbers alone, epoll and a descriptor for signals.
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>

#include <algorithm>
#include <map>
#include <vector>

#include "raw.hpp"

static const std::string program = "persistent_server";

constexpr size_t many = 256 * 1024;  // bytes of answers that wait, from which on nothing more is read

struct Client {
  std::string in, out;
  bool ended = false, sent_away = false, finished = false;
  size_t passed_over = 0;
  unsigned watched = 0;
};

class Server {
 public:
  explicit Server(long listener) : listener_(listener), poller_(syscall(SYS_epoll_create1, EPOLL_CLOEXEC)) {
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    sigprocmask(SIG_BLOCK, &stops, nullptr);
    signals_ = syscall(SYS_signalfd4, -1, &stops, 8, 0);
    watch(EPOLL_CTL_ADD, signals_, EPOLLIN);
    watch(EPOLL_CTL_ADD, listener_, EPOLLIN);
  }

  void run() {
    std::vector<epoll_event> events(64);
    while (!stopping_) {
      long n = wait(events, paused_ ? 300 : -1);
      if (paused_) watch(EPOLL_CTL_ADD, listener_, EPOLLIN);
      paused_ = false;
      for (long i = 0; i < n; ++i) handle(events[static_cast<size_t>(i)]);
    }
    raw::close(listener_);
    watch(EPOLL_CTL_DEL, signals_, 0);  // it stays readable
    for (auto& [fd, client] : clients_) send_away(client);
    // Everybody who is owed something has two seconds to take it.
    for (long end = now() + 2000; now() < end && !clients_.empty();) {
      std::vector<long> done;
      for (auto& [fd, client] : clients_)
        if (client.out.empty()) done.push_back(fd);
      for (long fd : done) forget(fd);
      if (clients_.empty()) return;
      for (auto& [fd, client] : clients_) watch_as_needed(fd, client);
      long n = wait(events, std::max(end - now(), 0L));
      for (long i = 0; i < n; ++i) handle(events[static_cast<size_t>(i)]);
    }
  }

 private:
  static long now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1'000'000;
  }

  long wait(std::vector<epoll_event>& events, long ms) {
    return syscall(SYS_epoll_pwait, poller_, events.data(), events.size(), static_cast<int>(ms), nullptr, 8);
  }

  void watch(int how, long fd, unsigned for_what) {
    epoll_event event{};
    event.events = for_what;
    event.data.fd = static_cast<int>(fd);
    syscall(SYS_epoll_ctl, poller_, how, fd, &event);
  }

  void watch_as_needed(long fd, Client& client) {
    bool reads = !client.ended && (client.sent_away || client.out.size() < many);
    unsigned wanted = (reads ? unsigned{EPOLLIN} : 0U) | (client.out.empty() ? 0U : unsigned{EPOLLOUT});
    if (wanted != client.watched) watch(EPOLL_CTL_MOD, fd, wanted);
    client.watched = wanted;
  }

  void handle(const epoll_event& event) {
    long fd = event.data.fd;
    if (fd == signals_) stopping_ = true;
    if (fd == listener_) return take_new();
    auto found = clients_.find(fd);
    if (found == clients_.end()) return;
    if (serve(fd, found->second, event.events))
      watch_as_needed(fd, found->second);
    else
      forget(fd);
  }

  void take_new() {
    long fd = syscall(SYS_accept4, listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
      watch(EPOLL_CTL_DEL, listener_, 0);
      paused_ = true;
    }
    if (fd < 0) return;
    int on = 1;
    syscall(SYS_setsockopt, fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    clients_[fd].watched = EPOLLIN;
    watch(EPOLL_CTL_ADD, fd, EPOLLIN);
  }

  // False when the conversation is over.
  bool serve(long fd, Client& client, unsigned events) {
    if ((events & ~unsigned{EPOLLOUT}) != 0 && !client.ended && (client.sent_away || client.out.size() < many)) {
      long n = raw::receive_some(fd, client.in);
      if (n == -1) return false;
      if (n == 0) {
        client.ended = true;
        if (!client.in.empty()) raw::write_all(2, program + ": a client ended inside a frame\n");
      } else if (n > 0 && client.sent_away) {
        client.in.clear();
        client.passed_over += static_cast<size_t>(n);
        client.ended = client.passed_over > 2 * longest;
      } else if (n > 0) {
        answer_frames(client);
      }
    } else if ((events & (EPOLLERR | EPOLLHUP)) != 0 && client.out.empty()) {
      return false;
    }
    if (!client.out.empty() && !raw::send_some(fd, client.out)) return false;
    if (!client.out.empty()) return true;
    if (client.sent_away && !client.finished && !stopping_) {
      client.finished = true;
      syscall(SYS_shutdown, fd, SHUT_WR);
    }
    return !client.ended;
  }

  static void answer_frames(Client& client) {
    size_t from = 0;
    while (client.in.size() - from >= 4) {
      size_t length = length_at(client.in, from);
      if (length > longest) {
        raw::write_all(2, program + ": a client is sent away: its frame is too long\n");
        return send_away(client);
      }
      if (client.in.size() - from - 4 < length) break;
      client.out += header_of(length + 6) + "Echo: ";
      client.out.append(client.in, from + 4, length);
      from += 4 + length;
    }
    client.in.erase(0, from);
    if (client.in.empty()) client.in = {};
  }

  static void send_away(Client& client) {
    client.sent_away = true;
    client.in.clear();
  }

  void forget(long fd) {
    raw::close(fd);
    clients_.erase(fd);
  }

  long listener_, poller_, signals_ = -1;
  std::map<long, Client> clients_;
  bool stopping_ = false, paused_ = false;
};

int main(int argc, char** argv) {
  char* end = nullptr;
  unsigned long port = argc == 3 && argv[2][0] >= '0' && argv[2][0] <= '9' ? std::strtoul(argv[2], &end, 10) : 65536;
  if (port > 65535 || *end != '\0') {
    std::fputs("usage: persistent_server HOST PORT\n", stderr);
    return 2;
  }
  addrinfo hints{}, *all = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  if (int error = getaddrinfo(argv[1], argv[2], &hints, &all); error != 0) fail(program, argv[1], gai_strerror(error));
  long listener = -1;
  int reason = 0, on = 1;
  for (addrinfo* a = all; a != nullptr && listener < 0; a = a->ai_next) {
    listener = raw::socket(a->ai_family);
    if (listener < 0) {
      reason = errno;
      continue;
    }
    syscall(SYS_setsockopt, listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (syscall(SYS_bind, listener, a->ai_addr, a->ai_addrlen) == 0 && syscall(SYS_listen, listener, 1000) == 0) break;
    reason = errno;
    raw::close(listener);
    listener = -1;
  }
  freeaddrinfo(all);
  if (listener < 0) fail(program, "bind", std::strerror(reason));
  Server server(listener);

  sockaddr_storage own{};
  socklen_t length = sizeof own;
  syscall(SYS_getsockname, listener, &own, &length);
  char host[NI_MAXHOST], service[NI_MAXSERV];
  getnameinfo(reinterpret_cast<sockaddr*>(&own), length, host, sizeof host, service, sizeof service,
              NI_NUMERICHOST | NI_NUMERICSERV);
  std::string where = own.ss_family == AF_INET6 ? "[" + std::string(host) + "]" : host;
  raw::write_all(1, "listening on " + where + ":" + service + "\n");
  server.run();
}

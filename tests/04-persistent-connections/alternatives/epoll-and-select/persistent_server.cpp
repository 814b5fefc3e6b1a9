// epoll, edge-triggered, with a signalfd; nothing of common/. Linux only.
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace {

struct Client {
  int fd;
  std::string in;
  std::deque<std::string> out;
  std::size_t out_bytes = 0, first_sent = 0;
  bool readable = true, no_more = false, drain = false, gone = false;
  std::size_t drained = 0;
};

int epoll_fd;
std::map<int, std::unique_ptr<Client>> clients;
std::set<int> unfinished;  // of clients, whom epoll will not name again
bool stopping = false;

void queue_answer(Client& c, const char* payload, std::size_t length) {
  std::string frame;
  std::size_t total = length + 6;
  for (int shift = 24; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(total >> shift));
  frame.append("Echo: ").append(payload, length);
  c.out_bytes += frame.size();
  c.out.push_back(std::move(frame));
}

void parse(Client& c) {
  std::size_t from = 0;
  while (c.in.size() - from >= 4) {
    const auto* h = reinterpret_cast<const unsigned char*>(c.in.data() + from);
    std::uint64_t length = (std::uint64_t(h[0]) << 24) | (h[1] << 16) | (h[2] << 8) | h[3];
    if (length > 1048576) {
      c.drain = true;
      c.in.clear();
      std::fputs("frame too long\n", stderr);
      return;
    }
    if (c.in.size() - from - 4 < length) break;
    queue_answer(c, c.in.data() + from + 4, length);
    from += 4 + length;
  }
  c.in.erase(0, from);
}

bool flush(Client& c) {
  while (!c.out.empty()) {
    const std::string& first = c.out.front();
    ssize_t n = ::send(c.fd, first.data() + c.first_sent, first.size() - c.first_sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      if (errno != EAGAIN) c.gone = true;
      return false;
    }
    c.first_sent += static_cast<std::size_t>(n);
    c.out_bytes -= static_cast<std::size_t>(n);
    if (c.first_sent == first.size()) {
      c.out.pop_front();
      c.first_sent = 0;
    }
  }
  return true;
}

// Edge-triggered: go on until the kernel says EAGAIN, or until the client owes us some reading. Who sends faster than
// we answer would keep us here for ever, so his turn ends, and nobody but us will tell that he is still to be served.
void work(Client& c) {
  char buffer[20000];
  int turns = 8;
  while (!c.gone) {
    if (turns-- == 0) {
      unfinished.insert(c.fd);
      return;
    }
    bool all_sent = flush(c);
    if (c.gone) break;
    if (c.drain && all_sent) ::shutdown(c.fd, SHUT_WR);
    if (c.no_more && all_sent) c.gone = true;
    bool may_read = c.readable && !c.no_more && (c.drain || c.out_bytes < 1000000);
    if (c.gone || !may_read) break;
    ssize_t n = ::recv(c.fd, buffer, sizeof buffer, 0);
    if (n > 0 && c.drain) {
      c.drained += static_cast<std::size_t>(n);
      if (c.drained > 3000000) c.no_more = true;
    } else if (n > 0) {
      c.in.append(buffer, static_cast<std::size_t>(n));
      parse(c);
    } else if (n == 0) {
      c.no_more = true;
      if (!c.in.empty()) std::fputs("ended inside a frame\n", stderr);
    } else if (errno == EAGAIN) {
      c.readable = false;
    } else if (errno != EINTR) {
      c.gone = true;
    }
  }
  if (c.gone) {
    ::close(c.fd);
    clients.erase(c.fd);
  }
}

int listen_on(const char* host, const char* port) {
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  if (int rc = ::getaddrinfo(host, port, &hints, &list); rc != 0) {
    std::fprintf(stderr, "persistent_server: getaddrinfo: %s\n", gai_strerror(rc));
    std::exit(1);
  }
  int error = 0;
  for (addrinfo* a = list; a; a = a->ai_next) {
    int fd = ::socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(fd, a->ai_addr, a->ai_addrlen) == 0 && ::listen(fd, 512) == 0) {
      ::freeaddrinfo(list);
      return fd;
    }
    error = errno;
    ::close(fd);
  }
  std::fprintf(stderr, "persistent_server: bind: %s\n", std::strerror(error));
  std::exit(1);
}

void announce(int fd) {
  sockaddr_storage address;
  socklen_t length = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  char host[100], port[10];
  ::getnameinfo(reinterpret_cast<sockaddr*>(&address), length, host, sizeof host, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV);
  std::printf(address.ss_family == AF_INET6 ? "listening on [%s]:%s\n" : "listening on %s:%s\n", host, port);
  std::fflush(stdout);
}

void watch(int fd, unsigned events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  ::epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

// False when nobody can be accepted for now.
bool accept_all(int listener) {
  while (true) {
    int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
    if (fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
    if (fd < 0) return errno == EAGAIN;
    int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    clients[fd] = std::make_unique<Client>();
    clients[fd]->fd = fd;
    watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
  }
}

}  // namespace

int main(int argc, char** argv) {
  char* end = nullptr;
  long port = argc == 3 && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : -1;
  if (port < 0 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: persistent_server HOST PORT\n");
    return 2;
  }
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigprocmask(SIG_BLOCK, &stop, nullptr);
  int listener = listen_on(argv[1], argv[2]);
  int signals = ::signalfd(-1, &stop, 0);
  epoll_fd = ::epoll_create1(0);
  watch(listener, EPOLLIN);
  watch(signals, EPOLLIN);
  announce(listener);

  using clock = std::chrono::steady_clock;
  clock::time_point give_up;
  bool listening = true;
  while (!stopping || (!clients.empty() && clock::now() < give_up)) {
    epoll_event events[64];
    int count = ::epoll_wait(epoll_fd, events, 64, !unfinished.empty() ? 0 : stopping ? 50 : listening ? -1 : 200);
    if (!listening && !stopping) {
      listening = true;
      watch(listener, EPOLLIN);
    }
    for (int i = 0; i < count; ++i) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        if (!accept_all(listener)) {
          ::epoll_ctl(epoll_fd, EPOLL_CTL_DEL, listener, nullptr);
          listening = false;
        }
      } else if (fd == signals) {
        stopping = true;
        give_up = clock::now() + std::chrono::seconds(2);
        ::epoll_ctl(epoll_fd, EPOLL_CTL_DEL, signals, nullptr);
        ::close(listener);
        for (auto it = clients.begin(); it != clients.end();) {
          Client& c = *(it++)->second;
          c.drain = true;
          c.in.clear();
          if (c.out.empty()) c.gone = true;
          work(c);
        }
      } else if (auto it = clients.find(fd); it != clients.end()) {
        if ((events[i].events & ~EPOLLOUT) != 0) it->second->readable = true;
        work(*it->second);
      }
    }
    for (int fd : std::exchange(unfinished, {}))
      if (auto it = clients.find(fd); it != clients.end()) work(*it->second);
  }
  return 0;
}

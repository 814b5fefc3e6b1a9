// feed_server on plain system calls with epoll: a timer for each lease's end and for the three ENDs, stdin read through
// a thread's pipe, so that a file will do as well as a terminal. Nothing of common/ is used.
#include <netdb.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <list>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Subscriber {
  sockaddr_storage address;
  socklen_t length;
  long long end;  // in ms
};

long long now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000LL + time.tv_nsec / 1'000'000;
}

int fail(const char* what) {
  std::fprintf(stderr, "feed_server: %s: %s\n", what, std::strerror(errno));
  return 1;
}

int usage() {
  std::fputs("usage: feed_server HOST PORT [LEASE_MS]\n", stderr);
  return 2;
}

bool number(const char* text, long highest, long& value) {
  std::string digits = text;
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos || digits.size() > 10) return false;
  value = std::atol(text);
  return value <= highest;
}

class Server {
 public:
  Server(int fd, long lease) : fd_(fd), lease_(lease), timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)) {}
  int timer() const { return timer_; }
  bool ending() const { return ends_ > 0; }
  bool ended() const { return ends_ == 3; }

  void hear() {
    std::vector<char> buffer(65536);
    Subscriber from{};
    from.length = sizeof from.address;
    ssize_t n = recvfrom(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from.address),
                         &from.length);
    if (n < 0) return;
    std::string word(buffer.data(), static_cast<std::size_t>(n));
    auto known = std::find_if(list_.begin(), list_.end(), [&](const Subscriber& s) {
      return s.length == from.length && std::memcmp(&s.address, &from.address, from.length) == 0;
    });
    if (word == "LEAVE" || word == "LEAVE\n") {
      if (known != list_.end()) list_.erase(known);
    } else if (word == "JOIN" || word == "JOIN\n") {
      from.end = now() + lease_;
      if (known != list_.end())
        known->end = from.end;
      else
        list_.push_front(from);
      send(from, "WELCOME " + std::to_string(last_ + 1) + "");
      wake_at_next();
    }
  }

  void tick() {
    unsigned long long count;
    if (read(timer_, &count, sizeof count) < 0) return;
    if (ending()) return end();
    list_.remove_if([](const Subscriber& s) { return s.end <= now(); });
    wake_at_next();
  }

  void publish(const std::string& line) { all(std::to_string(++last_) + " " + line); }

  void end() {
    all("END " + std::to_string(last_));
    ++ends_;
    wake_in(100);
  }

 private:
  void send(const Subscriber& to, const std::string& text) {
    while (sendto(fd_, text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to.address),
                  to.length) < 0)
      if (errno != EINTR) break;
  }
  void all(const std::string& text) {
    for (const Subscriber& s : list_)
      if (s.end > now()) send(s, text);
  }
  void wake_in(long long ms) {
    itimerspec when{};
    when.it_value.tv_sec = ms / 1000;
    when.it_value.tv_nsec = ms % 1000 * 1'000'000 + 1;
    timerfd_settime(timer_, 0, &when, nullptr);
  }
  void wake_at_next() {
    if (ending() || list_.empty()) return;
    auto first =
        std::min_element(list_.begin(), list_.end(), [](const auto& a, const auto& b) { return a.end < b.end; });
    wake_in(std::max(1LL, first->end - now()));
  }

  int fd_;
  long lease_;
  int timer_;
  std::list<Subscriber> list_;
  unsigned long last_ = 0;
  int ends_ = 0;
};

// epoll does not take files; a pipe it does.
void copy_stdin(int into) {
  char buffer[4096];
  for (ssize_t n; (n = read(0, buffer, sizeof buffer)) != 0;)
    if (n > 0 && write(into, buffer, static_cast<std::size_t>(n)) < 0) break;
  close(into);
}

}  // namespace

int main(int argc, char** argv) {
  long port = 0, lease = 30'000;
  if (argc < 3 || argc > 4 || !number(argv[2], 65535, port) || (argc == 4 && !number(argv[3], 2'000'000'000, lease)))
    return usage();
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_PASSIVE;
  if (int error = getaddrinfo(argv[1], argv[2], &hints, &found)) {
    std::fprintf(stderr, "feed_server: %s: %s\n", argv[1], gai_strerror(error));
    return 1;
  }
  int fd = socket(found->ai_family, SOCK_DGRAM, 0);
  if (fd < 0) return fail("socket");
  bool bound = bind(fd, found->ai_addr, found->ai_addrlen) == 0;
  freeaddrinfo(found);
  if (!bound) return fail("bind");
  sockaddr_storage local;
  socklen_t length = sizeof local;
  getsockname(fd, reinterpret_cast<sockaddr*>(&local), &length);
  char host[NI_MAXHOST], service[NI_MAXSERV];
  getnameinfo(reinterpret_cast<sockaddr*>(&local), length, host, sizeof host, service, sizeof service,
              NI_NUMERICHOST | NI_NUMERICSERV);
  std::printf(local.ss_family == AF_INET6 ? "listening on [%s]:%s\n" : "listening on %s:%s\n", host, service);
  std::fflush(stdout);

  int input[2];
  if (pipe(input) < 0) return fail("pipe");
  std::thread reader(copy_stdin, input[1]);
  Server server(fd, lease);
  int poll = epoll_create1(0);
  for (int watched : {fd, input[0], server.timer()}) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = watched;
    epoll_ctl(poll, EPOLL_CTL_ADD, watched, &event);
  }
  std::string rest;
  while (!server.ended()) {
    epoll_event event;
    if (epoll_wait(poll, &event, 1, -1) <= 0) continue;
    if (event.data.fd == fd) server.hear();
    if (event.data.fd == server.timer()) server.tick();
    if (event.data.fd != input[0]) continue;
    char buffer[1000];
    ssize_t n = read(input[0], buffer, sizeof buffer);
    if (n > 0) rest.append(buffer, static_cast<std::size_t>(n));
    for (std::size_t at; (at = rest.find('\n')) != std::string::npos; rest.erase(0, at + 1))
      server.publish(rest.substr(0, at));
    if (n != 0) continue;
    epoll_ctl(poll, EPOLL_CTL_DEL, input[0], nullptr);
    server.end();
  }
  reader.join();
  return 0;
}

#include "load.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <system_error>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t header = 4, prefix = 6;

std::string request_of(std::size_t payload) {
  std::uint32_t length = htonl(static_cast<std::uint32_t>(payload));
  std::string frame(reinterpret_cast<const char*>(&length), header);
  frame.append(payload, 'x');
  return frame;
}

int connect_to(std::uint16_t port) {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd);
    throw std::system_error(errno, std::generic_category(), "connect");
  }
  int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void ask_once(int fd) {
  std::string request = request_of(2);
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    throw std::runtime_error("the server takes nothing");
}

void hear_once(int fd) {
  std::array<char, header + prefix + 2> answer;
  if (::recv(fd, answer.data(), answer.size(), MSG_WAITALL) != static_cast<ssize_t>(answer.size()))
    throw std::runtime_error("the server does not answer");
}

// One busy connection. Its answers are counted by their bytes: they all have the same length.
struct Busy {
  int fd;
  std::size_t to_send = 0;   // of the requests under way, bytes that have not gone yet
  std::size_t received = 0;  // of the answer that is coming
  std::deque<Clock::time_point> started = {};
};

class Run {
 public:
  Run(const Load& load, const std::vector<int>& fds) : load_(load), request_(request_of(load.payload)) {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < load.connections; ++i) busy_.push_back({fds[static_cast<std::size_t>(i)]});
    for (std::size_t i = 0; i < busy_.size(); ++i) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, busy_[i].fd, &event);
    }
  }
  ~Run() { ::close(epoll_); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Figures measure(double seconds) {
    auto begun = Clock::now();
    auto end = begun + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    for (Busy& one : busy_)
      for (int i = 0; i < load_.depth; ++i) ask(one);
    std::array<epoll_event, 256> events;
    // After the end nothing more is asked, and what is under way is waited for: the connections are used again.
    while (under_way_ > 0) {
      int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 20'000);
      if (count == 0) throw std::runtime_error("the server has fallen silent");
      bool more = Clock::now() < end;
      for (int i = 0; i < count; ++i) receive(busy_[events[static_cast<std::size_t>(i)].data.u64], more);
    }
    double taken = std::chrono::duration<double>(Clock::now() - begun).count();
    std::sort(times_.begin(), times_.end());
    auto at = [this](double share) {
      return times_.empty() ? 0 : times_[static_cast<std::size_t>(share * static_cast<double>(times_.size() - 1))];
    };
    return {static_cast<double>(times_.size()) / taken, static_cast<long>(times_.size()), at(0.5), at(0.99)};
  }

 private:
  void ask(Busy& one) {
    one.started.push_back(Clock::now());
    one.to_send += request_.size();
    ++under_way_;
    send(one);
  }

  // All requests are alike, so what is left to send is known by its length. Answers are taken while the server takes no
  // more: whoever only sends here might wait for ever.
  void send(Busy& one) {
    while (one.to_send > 0) {
      std::size_t into = (request_.size() - one.to_send % request_.size()) % request_.size();
      ssize_t n = ::send(one.fd, request_.data() + into, std::min(request_.size() - into, one.to_send),
                         MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0 && errno == EAGAIN) return;
      if (n < 0) throw std::system_error(errno, std::generic_category(), "send");
      one.to_send -= static_cast<std::size_t>(n);
    }
  }

  void receive(Busy& one, bool more) {
    ssize_t n = ::recv(one.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) throw std::runtime_error("the server has closed a connection");
    one.received += static_cast<std::size_t>(n);
    const std::size_t answer = header + prefix + load_.payload;
    auto now = Clock::now();
    while (one.received >= answer) {
      one.received -= answer;
      times_.push_back(std::chrono::duration<double, std::micro>(now - one.started.front()).count());
      one.started.pop_front();
      --under_way_;
      if (more) ask(one);
    }
    send(one);
  }

  const Load& load_;
  std::string request_;
  int epoll_ = -1;
  long under_way_ = 0;
  std::vector<Busy> busy_;
  std::vector<double> times_;
  std::array<char, 256 * 1024> buffer_;
};

}  // namespace

Crowd::Crowd(std::uint16_t port, int count) {
  auto start = Clock::now();
  for (int i = 0; i < count; ++i) fds_.push_back(connect_to(port));
  for (int fd : fds_) ask_once(fd);
  for (int fd : fds_) hear_once(fd);
  seconds_to_connect_ = std::chrono::duration<double>(Clock::now() - start).count();
}

Crowd::~Crowd() {
  for (int fd : fds_) ::close(fd);
}

Figures Crowd::measure(const Load& load, double seconds) { return Run(load, fds_).measure(seconds); }

bool allow_descriptors(unsigned long wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur >= wanted;
}

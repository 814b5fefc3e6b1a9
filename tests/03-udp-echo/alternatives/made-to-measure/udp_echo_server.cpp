// A buffer made to measure for each datagram: its length is asked for first, without room for a byte of it. Answers
// wait in a queue until the socket takes them; epoll tells only of changes, signalfd of the signal.
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <deque>
#include <string>

#include "error.hpp"
#include "socket.hpp"

namespace {

struct Answer {
  std::string bytes;
  net::Address to;
};

void watch(int epoll, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) net::throw_errno("epoll_ctl");
}

// False when there is nothing to be had now.
bool take_one(int fd, std::deque<Answer>& answers) {
  ssize_t length = ::recv(fd, nullptr, 0, MSG_PEEK | MSG_TRUNC);
  if (length < 0 && errno == EAGAIN) return false;
  if (length < 0) return true;  // interrupted, or the refusal of an earlier answer
  Answer answer{"Echo: " + std::string(static_cast<std::size_t>(length), '\0'), {}};
  ssize_t count =
      ::recvfrom(fd, answer.bytes.data() + 6, static_cast<std::size_t>(length), 0, answer.to.get(), answer.to.room());
  if (count != length) return true;  // it is still there: once more
  answers.push_back(std::move(answer));
  return true;
}

// False when the socket takes no more now.
bool give_one(int fd, std::deque<Answer>& answers) {
  const Answer& answer = answers.front();
  ssize_t count = ::sendto(fd, answer.bytes.data(), answer.bytes.size(), 0, answer.to.get(), answer.to.length());
  if (count < 0 && errno == EAGAIN) return false;
  if (count < 0 && errno == EINTR) return true;
  if (count < 0) std::perror("an answer is lost");
  answers.pop_front();
  return true;
}

void run(int argc, char** argv) {
  if (argc != 3) throw net::UsageError("udp_echo_server HOST PORT");
  sigset_t term;
  ::sigemptyset(&term);
  ::sigaddset(&term, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &term, nullptr);
  net::Socket stop(::signalfd(-1, &term, 0));

  net::Socket socket = net::bind_datagram(argv[1], net::parse_port(argv[2], 0));
  socket.set_nonblocking();
  std::printf("listening on %s\n", socket.local_address().text().c_str());
  std::fflush(stdout);

  net::Socket epoll(::epoll_create1(0));
  watch(epoll.fd(), socket.fd(), EPOLLIN | EPOLLOUT | EPOLLET);
  watch(epoll.fd(), stop.fd(), EPOLLIN);
  std::deque<Answer> answers;
  while (true) {
    epoll_event event{};
    if (::epoll_wait(epoll.fd(), &event, 1, -1) <= 0) continue;
    if (event.data.fd == stop.fd()) return;
    // What has not changed is not told again: so all that is there is taken, and all that can go is sent.
    while (take_one(socket.fd(), answers)) {
    }
    while (!answers.empty() && give_one(socket.fd(), answers)) {
    }
  }
}

}  // namespace

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

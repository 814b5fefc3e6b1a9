#include "stop_signal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "error.hpp"

namespace net {
namespace {

int write_end = -1;

void note_signal(int) {
  int saved = errno;  // the code that we interrupt may be about to look at it
  (void)!::write(write_end, "", 1);
  errno = saved;
}

void on_stop(void (*handler)(int)) {
  for (int number : {SIGINT, SIGTERM}) std::signal(number, handler);
}

}  // namespace

StopSignal::StopSignal() {
  int ends[2];
  if (::pipe(ends) < 0) throw_errno("pipe");
  read_end_ = ends[0];
  write_end = ends[1];
  // Nobody empties the pipe; a handler must not wait because it is full.
  if (::fcntl(write_end, F_SETFL, O_NONBLOCK) < 0) throw_errno("fcntl");
  on_stop(note_signal);
}

StopSignal::~StopSignal() {
  on_stop(SIG_DFL);
  ::close(read_end_);
  ::close(write_end);
}

bool StopSignal::given() const {
  pollfd ready{read_end_, POLLIN, 0};
  return ::poll(&ready, 1, 0) > 0;
}

bool StopSignal::wait_readable(const Socket& socket, std::optional<Deadline> deadline) const {
  while (true) {
    pollfd ready[] = {{socket.fd(), POLLIN, 0}, {read_end_, POLLIN, 0}};
    constexpr std::chrono::milliseconds::rep a_day = 86'400'000;  // poll takes an int; then we look again
    auto left = deadline ? std::min(deadline->left().count(), a_day) : -1;
    if (::poll(ready, 2, static_cast<int>(left)) < 0 && errno != EINTR) throw_errno("poll");
    if (given()) return false;
    if (ready[0].revents != 0) return true;
    if (deadline && deadline->passed()) return false;
  }
}

}  // namespace net

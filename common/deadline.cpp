#include "deadline.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <limits>
#include <string>

#include "error.hpp"

namespace net {
namespace {

using std::chrono::milliseconds;

bool wait_for(const Socket& socket, short events, Deadline deadline) {
  pollfd ready{socket.fd(), events, 0};
  // What is left is looked at anew for each wait, so an interrupted one does not start from the beginning.
  while (!deadline.passed()) {
    int count = ::poll(&ready, 1, deadline.poll_timeout());
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) throw_errno("poll");
  }
  return false;
}

}  // namespace

Deadline Deadline::after(milliseconds limit) noexcept {
  Clock::time_point now = Clock::now();
  bool too_far = limit > std::chrono::floor<milliseconds>(Clock::time_point::max() - now);
  return too_far ? never() : Deadline(now + limit);
}

milliseconds Deadline::left() const noexcept {
  Clock::time_point now = Clock::now();
  // Compared first, because a difference to the end of all time would not fit.
  return now >= end_ ? milliseconds(0) : std::chrono::ceil<milliseconds>(end_ - now);
}

int Deadline::poll_timeout() const noexcept {
  if (end_ == Clock::time_point::max()) return -1;
  // A wait that lasts longer than an int of milliseconds ends after 24 days, and its loop waits again.
  return static_cast<int>(std::min<milliseconds::rep>(left().count(), std::numeric_limits<int>::max()));
}

bool wait_readable(const Socket& socket, Deadline deadline) { return wait_for(socket, POLLIN, deadline); }

bool wait_writable(const Socket& socket, Deadline deadline) { return wait_for(socket, POLLOUT, deadline); }

milliseconds parse_milliseconds(std::string_view text) {
  int number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1)
    throw UsageError("a number of milliseconds from 1 to 2147483647 is needed, not \"" + std::string(text) + "\"");
  return milliseconds(number);
}

}  // namespace net

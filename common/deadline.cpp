#include "deadline.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "error.hpp"

namespace net {
namespace {

bool wait_for(const Socket& socket, short events, Deadline deadline) {
  pollfd ready{socket.fd(), events, 0};
  while (true) {
    // What poll can wait at once is bounded by an int of milliseconds, 24 days.
    auto left = std::min<std::chrono::milliseconds::rep>(deadline.left().count(), std::numeric_limits<int>::max());
    int count = ::poll(&ready, 1, static_cast<int>(left));
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) throw_errno("poll");
    if (deadline.passed()) return false;
  }
}

}  // namespace

std::chrono::milliseconds Deadline::left() const noexcept {
  auto rest = std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now());
  return std::max(rest, std::chrono::milliseconds(0));
}

bool wait_readable(const Socket& socket, Deadline deadline) { return wait_for(socket, POLLIN, deadline); }

bool wait_writable(const Socket& socket, Deadline deadline) { return wait_for(socket, POLLOUT, deadline); }

}  // namespace net

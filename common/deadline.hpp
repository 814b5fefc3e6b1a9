#pragma once
#include <chrono>

#include "socket.hpp"

namespace net {

/// A point in time after which waiting ends.
///
/// A *timeout* is how long one wait may last; wait twice and you have waited twice as long. A *deadline* is fixed once,
/// and each wait gets what is left of it. It stands on the steady clock, which nobody sets forward or back.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Deadline(Clock::time_point end) noexcept : end_(end) {}

  /// That much from now on.
  static Deadline after(std::chrono::milliseconds limit) noexcept { return Deadline(Clock::now() + limit); }

  /// The earlier of two.
  friend Deadline earlier(Deadline a, Deadline b) noexcept { return a.end_ < b.end_ ? a : b; }

  bool passed() const noexcept { return Clock::now() >= end_; }

  /// What is left, rounded up, so that who waits that long does not wake too early; never negative.
  std::chrono::milliseconds left() const noexcept;

 private:
  Clock::time_point end_;
};

/// Waits until `socket` has something to receive or to accept, or has ended.
/// \returns false when the deadline passed first. A signal does not end the wait, nor start it anew.
/// \throws std::system_error when poll(2) fails
/// \see \man{poll,2}
bool wait_readable(const Socket& socket, Deadline deadline);

/// Waits until `socket` can take bytes to send, or its connection attempt has ended.
/// \see \man{poll,2}
bool wait_writable(const Socket& socket, Deadline deadline);

}  // namespace net

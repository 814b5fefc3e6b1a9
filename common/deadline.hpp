#pragma once
#include <chrono>
#include <string_view>

#include "socket.hpp"

namespace net {

/// A point in time after which waiting ends.
///
/// A *timeout* is how long one wait may last; wait twice and you have waited twice as long. A *deadline* is fixed once,
/// and each wait gets what is left of it. It stands on the steady clock, which nobody sets forward or back.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;  ///< Not the system's clock: that may be set.

  explicit Deadline(Clock::time_point end) noexcept : end_(end) {}  ///< At `end`.

  /// That much from now on.
  static Deadline after(std::chrono::milliseconds limit) noexcept;

  /// One that never passes: where a rule sets no limit.
  static Deadline never() noexcept { return Deadline(Clock::time_point::max()); }

  /// The earlier of two.
  friend Deadline earlier(Deadline a, Deadline b) noexcept { return a.end_ < b.end_ ? a : b; }

  bool passed() const noexcept { return Clock::now() >= end_; }  ///< True from then on.

  /// What is left, rounded up, so that who waits that long does not wake too early; never negative.
  std::chrono::milliseconds left() const noexcept;

  /// What is left, in the form in which poll(2) takes it: -1 for a deadline that never passes.
  /// \see \man{poll,2}
  int poll_timeout() const noexcept;

 private:
  Clock::time_point end_;
};

/// Waits until `socket` has something to receive or to accept, or has ended.
/// \returns false when the deadline has passed, even if there is something by then: who has something to give all the
///          time shall not hold us up either. A signal does not end the wait, nor start it anew.
/// \throws std::system_error when poll(2) fails
/// \see \man{poll,2}
bool wait_readable(const Socket& socket, Deadline deadline);

/// Waits until `socket` can take bytes to send, or its connection attempt has ended.
/// \returns false when the deadline has passed
/// \see \man{poll,2}
bool wait_writable(const Socket& socket, Deadline deadline);

/// Reads a limit as people write it: decimal digits and nothing else.
/// \throws UsageError when `text` is no number of milliseconds from 1 to 2,147,483,647 (24 days)
std::chrono::milliseconds parse_milliseconds(std::string_view text);

}  // namespace net

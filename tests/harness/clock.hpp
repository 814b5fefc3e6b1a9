#pragma once
#include <chrono>

// How long tests wait.
//
// Tests wait for events, never for time to pass. These limits only say when we stop believing that an
// awaited event will come, so they are generous; what they stretch with is the speed of the machine.
namespace harness {

using Milliseconds = std::chrono::milliseconds;  ///< How this folder counts time.

/// How many times slower than usual this machine is now, at least 1. Every upper limit is multiplied by it.
double speed_factor();

/// Sets speed_factor(); values below 1 count as 1.
void set_speed_factor(double factor);

/// How long to wait for something that should happen: 5 s, stretched by speed_factor(); a fifth of that once the test
/// has failed, since what comes then changes nothing any more and only keeps the learner waiting.
Milliseconds patience();

/// From now on patience() is never longer, on the slowest machine: for tests of programs that give up by themselves
/// when nothing happens, since what such a program does in the end is not what was waited for.
void bound_patience(Milliseconds longest);

/// Says whether the test that is running has failed already.
void set_test_has_failed(bool failed);

/// How long to watch that something does *not* happen: 150 ms. A slow program only makes this check kinder.
Milliseconds quiet_period();

/// The longest that anything awaited has taken, as a share of the patience it was awaited with: 0.5 and more is a near
/// miss. Waits that were given up do not count: those fail their test by themselves.
double longest_wait();
void forget_longest_wait();  ///< Another test begins.

/// A point on the steady clock after which waiting ends.
class Deadline {
 public:
  /// That much from now on.
  explicit Deadline(Milliseconds from_now) : begin_(std::chrono::steady_clock::now()), end_(begin_ + from_now) {}

  /// The wait is over; what it took is noted for longest_wait() if patience() was its limit.
  ~Deadline();
  /// Another wait to the same point.
  Deadline(const Deadline&) = default;
  Deadline& operator=(const Deadline&) = default;  ///< The same.

  bool passed() const { return std::chrono::steady_clock::now() >= end_; }  ///< True from then on.

  /// What is left, in the form poll(2) takes it: milliseconds, rounded up, 0 when the deadline has passed.
  int for_poll() const;

  std::chrono::steady_clock::time_point time() const { return end_; }  ///< The point itself.

 private:
  std::chrono::steady_clock::time_point begin_, end_;
};

}  // namespace harness

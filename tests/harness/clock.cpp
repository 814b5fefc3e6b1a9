#include "clock.hpp"

#include <algorithm>
#include <atomic>

namespace harness {
namespace {
double factor_in_force = 1.0;
Milliseconds longest_patience = Milliseconds::max();
std::atomic<bool> test_has_failed = false;
std::atomic<double> longest_share = 0;
}  // namespace

double speed_factor() { return factor_in_force; }

void set_speed_factor(double factor) { factor_in_force = std::max(1.0, factor); }

Milliseconds patience() {
  Milliseconds stretched(static_cast<long>((test_has_failed ? 1000 : 5000) * factor_in_force));
  return std::min(stretched, longest_patience);
}

void bound_patience(Milliseconds longest) { longest_patience = longest; }

void set_test_has_failed(bool failed) { test_has_failed = failed; }

Milliseconds quiet_period() { return Milliseconds(150); }

double longest_wait() { return longest_share; }

void forget_longest_wait() { longest_share = 0; }

Deadline::~Deadline() {
  using Share = std::chrono::duration<double>;
  auto now = std::chrono::steady_clock::now();
  if (now >= end_ || std::chrono::duration_cast<Milliseconds>(end_ - begin_) != patience()) return;
  double share = Share(now - begin_) / Share(end_ - begin_);
  for (double longest = longest_share; share > longest && !longest_share.compare_exchange_weak(longest, share);) {
  }
}

int Deadline::for_poll() const {
  auto left = std::chrono::ceil<Milliseconds>(end_ - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 1'000'000'000));
}

}  // namespace harness

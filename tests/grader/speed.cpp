#include <algorithm>
#include <chrono>
#include <cstdint>

#include "runner.hpp"

double measure_speed_factor() {
  using namespace std::chrono;
  // About 4 ms on a machine of 2020, alone. On a busy one the scheduler takes turns away, which is what we want to
  // know; the slowest of a few rounds is what a test may meet.
  constexpr double usual_ms = 4.0;
  double slowest = 0;
  volatile std::uint64_t sink = 0;
  for (int round = 0; round < 3; ++round) {
    auto start = steady_clock::now();
    std::uint64_t x = 88172645463325252ULL;
    for (int i = 0; i < 2'000'000; ++i) {
      x ^= x << 13;
      x ^= x >> 7;
      x ^= x << 17;
    }
    sink = sink + x;
    slowest = std::max(slowest, duration<double, std::milli>(steady_clock::now() - start).count());
  }
  return std::clamp(slowest / usual_ms, 1.0, 20.0);
}

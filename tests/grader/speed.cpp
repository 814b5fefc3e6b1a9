#include <algorithm>
#include <chrono>
#include <cstdint>

#include "runner.hpp"

double measure_speed_factor() {
  using namespace std::chrono;
  // About 4 ms a round on a machine of 2020, alone. On a busy one the scheduler takes turns away, which is what we want
  // to know: so the rounds count together. The slowest alone would make one turn lost look like a machine that is
  // twenty times slower, and every wait for a program that hangs would take as much longer.
  constexpr int rounds = 4;
  constexpr double usual_ms = 4.0;
  volatile std::uint64_t sink = 0;
  auto start = steady_clock::now();
  for (int round = 0; round < rounds; ++round) {
    std::uint64_t x = 88172645463325252ULL;
    for (int i = 0; i < 2'000'000; ++i) {
      x ^= x << 13;
      x ^= x >> 7;
      x ^= x << 17;
    }
    sink = sink + x;
  }
  double taken_ms = duration<double, std::milli>(steady_clock::now() - start).count();
  return std::clamp(taken_ms / (rounds * usual_ms), 1.0, 10.0);
}

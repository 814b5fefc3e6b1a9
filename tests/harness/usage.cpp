#include "usage.hpp"

#include <ctime>
#include <fstream>
#include <string>

#include "clock.hpp"
#include "process_tree.hpp"
#include "program.hpp"
#include "story.hpp"

namespace harness {
namespace {

constexpr double window_ms = 300;

double own_processor_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1000 + static_cast<double>(now.tv_nsec) / 1e6;
}

// Keeps a processor busy for window_ms of its time, which takes longer where others want it too.
double burn() {
  double start = own_processor_ms(), used = 0;
  volatile unsigned sink = 0;
  while (used < window_ms) {
    for (unsigned i = 0; i < 10'000; ++i) sink = sink + i;
    used = own_processor_ms() - start;
  }
  return used;
}

}  // namespace

bool takes_at_most_of_a_core(double share, const Program& program) {
  std::uint64_t before = processor_ms(program.pid());
  double core = burn();
  double used = static_cast<double>(processor_ms(program.pid()) - before);
  double taken = used / core;
  if (taken <= share) return true;
  auto percent = [](double part) { return std::to_string(static_cast<int>(part * 100 + 0.5)) + " percent of a core"; };
  Story::current().mismatch("at most " + percent(share) + " while nothing can be done", percent(taken));
  return false;
}

bool is_sanitized(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  std::size_t pages = 0;
  file >> pages;
  constexpr std::size_t pages_of_a_terabyte = std::size_t{1} << 28;
  return pages > pages_of_a_terabyte;
}

std::size_t allowed_growth_kib(const Program& program, std::size_t kib) {
  // The sanitizer's quarantine is 16 MiB here (program.cpp).
  return is_sanitized(program.pid()) ? 3 * kib + 32 * 1024 : kib;
}

}  // namespace harness

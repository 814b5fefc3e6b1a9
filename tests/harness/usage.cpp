#include "usage.hpp"

#include <algorithm>
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

double share_of_a_core(pid_t root) {
  std::uint64_t before = processor_ms(root);
  double core = burn();
  std::uint64_t after = processor_ms(root);
  // Less than before: one of them has ended, and nobody has its time any more.
  return static_cast<double>(after - std::min(before, after)) / core;
}

bool takes_at_most_of_a_core(double share, const Program& program) {
  double taken = share_of_a_core(program.pid());
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

#include "usage.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "process_tree.hpp"
#include "program.hpp"
#include "story.hpp"

namespace harness {
namespace {

constexpr useconds_t window_us = 150'000;

std::atomic<double> waits_of_the_ended = 0;
double waits_before = 0;

double all_waits() { return processor_time(::getpid()).kept_waiting + waits_of_the_ended; }

// What a family has taken of the processors since the beginning of this object.
class Look {
 public:
  explicit Look(pid_t root) : root_(root), begin_(std::chrono::steady_clock::now()), before_(processor_time(root)) {}

  double share() const {
    ProcessorTime after = processor_time(root_);
    double passed = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin_).count();
    // Less than before: one of them has ended, and nobody has its time any more.
    double ran = std::max(0.0, after.ran - before_.ran),
           kept_waiting = std::max(0.0, after.kept_waiting - before_.kept_waiting);
    // On a busy machine the waits of many threads add up to more than there was time.
    double cores = std::max(1U, std::thread::hardware_concurrency());
    return std::min(ran / std::max(passed - kept_waiting, passed / 20), cores);
  }

 private:
  pid_t root_;
  std::chrono::steady_clock::time_point begin_;
  ProcessorTime before_;
};

// How long somebody has been kept waiting is known when he runs again, so one that spins may seem to have taken little,
// until then. It never rests. One that wakes every 50 ms may be at work just when our time is over, but not for long.
// So the look goes on until it is one or the other.
std::optional<double> taken_beyond(double share, pid_t root) {
  Look look(root);
  // The one wait that no event can end: what is looked at is that nothing happens.
  ::usleep(window_us);
  for (int more = 0; more < 500; ++more, ::usleep(2000)) {
    if (double taken = look.share(); taken > share) return taken;
    if (nobody_runs(root)) return std::nullopt;
  }
  return 1;  // it has wanted a core at every moment
}

}  // namespace

std::chrono::nanoseconds kept_waiting() {
  return std::chrono::nanoseconds(static_cast<long long>(all_waits() - waits_before));
}

void forget_kept_waiting() { waits_before = all_waits(); }

void note_kept_waiting(pid_t ended) { waits_of_the_ended += processor_time_of(ended).kept_waiting; }

std::optional<double> share_beyond(double share, pid_t root) {
  // What was begun before may still be going on when we first look, on a busy machine; who spins spins on.
  std::optional<double> taken;
  for (int looks = 0; looks < 3; ++looks)
    if (taken = taken_beyond(share, root); !taken) break;
  return taken;
}

bool takes_at_most_of_a_core(double share, const Program& program) {
  std::optional<double> taken = share_beyond(share, program.pid());
  if (!taken) return true;
  auto percent = [](double part) { return std::to_string(static_cast<int>(part * 100 + 0.5)) + " percent of a core"; };
  Story::current().mismatch("at most " + percent(share) + " while nothing can be done", percent(*taken));
  return false;
}

bool is_sanitized(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  std::size_t pages = 0;
  file >> pages;
  constexpr std::size_t pages_of_a_terabyte = std::size_t{1} << 28;
  return pages > pages_of_a_terabyte;
}

bool has_thread_sanitizer(pid_t pid) {
  std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find("/libtsan.") != std::string::npos) return true;
  return false;
}

std::size_t allowed_growth_kib(const Program& program, std::size_t kib) {
  // The sanitizer's quarantine is 16 MiB here (program.cpp).
  return is_sanitized(program.pid()) ? 3 * kib + 32 * 1024 : kib;
}

}  // namespace harness

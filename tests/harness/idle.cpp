#include "idle.hpp"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>

#include "process_tree.hpp"
#include "story.hpp"

namespace harness {
namespace {

// How long threads have run, and how long they have waited for a processor, in nanoseconds.
struct Work {
  std::uint64_t ran = 0, kept_waiting = 0;
};

Work work_of(pid_t root) {
  Work sum;
  for (pid_t pid : family(root)) {
    std::string folder = "/proc/" + std::to_string(pid) + "/task/";
    DIR* threads = ::opendir(folder.c_str());
    if (!threads) continue;
    while (dirent* thread = ::readdir(threads)) {
      std::ifstream file(folder + thread->d_name + "/schedstat");
      Work one;
      if (file >> one.ran >> one.kept_waiting) {
        sum.ran += one.ran;
        sum.kept_waiting += one.kept_waiting;
      }
    }
    ::closedir(threads);
  }
  return sum;
}

}  // namespace

bool waits_quietly(const Program& program, Milliseconds window) {
  auto begin = std::chrono::steady_clock::now();
  Work before = work_of(program.pid());
  // The one wait that no event can end: what is looked at is that nothing happens.
  ::usleep(static_cast<useconds_t>(window.count() * 1000));
  Work after = work_of(program.pid());
  double passed = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
  double ran = static_cast<double>(after.ran - std::min(before.ran, after.ran));
  double kept_waiting = static_cast<double>(after.kept_waiting - std::min(before.kept_waiting, after.kept_waiting));
  double could_run = std::max(passed - kept_waiting, passed / 20);
  if (ran < 0.1 * could_run) return true;
  Story::current().mismatch("less than a tenth of a core while it waits",
                            std::to_string(static_cast<int>(100 * ran / could_run)) + " percent of a core");
  return false;
}

}  // namespace harness

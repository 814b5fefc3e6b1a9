#include "limits.hpp"

#include <dirent.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>

#include "apart.hpp"
#include "process_tree.hpp"
#include "program.hpp"
#include "story.hpp"

namespace harness {
namespace {

std::set<int> numbers_of_descriptors(pid_t pid) {
  std::set<int> numbers;
  SameUser may_look;
  DIR* directory = ::opendir(("/proc/" + std::to_string(pid) + "/fd").c_str());
  if (directory == nullptr) return numbers;
  while (dirent* entry = ::readdir(directory))
    if (entry->d_name[0] != '.') numbers.insert(std::atoi(entry->d_name));
  ::closedir(directory);
  return numbers;
}

// The number that the next descriptor would get: the limit is one of numbers, not of how many there are.
rlim_t lowest_free(pid_t pid) {
  std::set<int> used = numbers_of_descriptors(pid);
  int number = 0;
  while (used.contains(number)) ++number;
  return static_cast<rlim_t>(number);
}

void set_soft_limit(pid_t pid, rlim_t most) {
  SameUser may_limit;
  rlimit limit{};
  if (::prlimit(pid, RLIMIT_NOFILE, nullptr, &limit) != 0) return;
  limit.rlim_cur = std::min(most, limit.rlim_max);
  ::prlimit(pid, RLIMIT_NOFILE, &limit, nullptr);
}

}  // namespace

std::size_t raise_own_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

NoFreeDescriptors::NoFreeDescriptors(const Program& program) : NoFreeDescriptors(program.pid()) {}

NoFreeDescriptors::NoFreeDescriptors(pid_t root) : root_(root) {
  rlimit limit{};
  {
    SameUser may_look;
    ::prlimit(root_, RLIMIT_NOFILE, nullptr, &limit);
  }
  before_ = limit.rlim_cur;
  Story::current().step("we took away", "every descriptor that the program has not opened yet (prlimit)");
  for (pid_t pid : family(root_)) set_soft_limit(pid, lowest_free(pid));
}

void NoFreeDescriptors::lift() {
  if (lifted_) return;
  lifted_ = true;
  Story::current().step("we allowed", std::to_string(before_) + " descriptors again");
  for (pid_t pid : family(root_)) set_soft_limit(pid, before_);
}

}  // namespace harness

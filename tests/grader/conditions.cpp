#include "conditions.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace {

cpu_set_t first_of(const cpu_set_t& many) {
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int processor = 0; processor < CPU_SETSIZE; ++processor)
    if (CPU_ISSET(processor, &many)) {
      CPU_SET(processor, &one);
      break;
    }
  return one;
}

pid_t start_endless_loop() {
  pid_t parent = ::getpid(), child = ::fork();
  if (child != 0) return child;
  // Where the kernel deals out the processors by session (autogroup, sched(7)), loops that share one would share what
  // a single test gets, and be no burden.
  ::setsid();
  // Whatever becomes of us, it must not outlive us.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  volatile bool for_ever = ::getppid() == parent;
  while (for_ever) {
  }
  ::_exit(0);
}

[[noreturn]] void fail(const Condition& condition, const char* call) {
  throw std::system_error(errno, std::system_category(),
                          "the condition " + condition.name + " cannot be brought about: " + call);
}

}  // namespace

const std::vector<Condition>& conditions() {
  static const std::vector<Condition> all{
      {"quiet", "nothing else runs", 0, false, false},
      {"busy", "two endless loops want each processor", 2, false, false},
      {"shared-network", "no private network, and two endless loops want each processor", 2, false, true},
      {"one-processor", "a single processor", 0, true, false},
      {"tenfold", "a single processor, which nine endless loops want too", 9, true, false},
  };
  return all;
}

UnderCondition::UnderCondition(const Condition& condition) {
  if (::sched_getaffinity(0, sizeof before_, &before_) != 0) fail(condition, "sched_getaffinity");
  try {
    bring_about(condition);
  } catch (...) {
    end();
    throw;
  }
}

UnderCondition::~UnderCondition() { end(); }

void UnderCondition::bring_about(const Condition& condition) {
  if (condition.one_processor) {
    cpu_set_t one = first_of(before_);
    if (::sched_setaffinity(0, sizeof one, &one) != 0) fail(condition, "sched_setaffinity");
  }
  int processors = condition.one_processor ? 1 : CPU_COUNT(&before_);
  for (int i = 0; i < condition.busy * processors; ++i) {
    pid_t child = start_endless_loop();
    if (child < 0) fail(condition, "fork");
    loops_.push_back(child);
  }
}

void UnderCondition::end() {
  for (pid_t loop : loops_) ::kill(loop, SIGKILL);
  for (pid_t loop : loops_)
    while (::waitpid(loop, nullptr, 0) < 0 && errno == EINTR) {
    }
  if (::sched_setaffinity(0, sizeof before_, &before_) != 0)
    std::perror("grade: the processors that were taken away cannot be given back: sched_setaffinity");
}

// Who belongs to a program's family.
#include <linux/sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <utility>

#include "clock.hpp"
#include "process_tree.hpp"

using namespace harness;
using namespace std::chrono_literals;

namespace {

bool belongs(pid_t pid, pid_t root) {
  auto members = family(root);
  return std::find(members.begin(), members.end(), pid) != members.end();
}

// Whoever calls this is gone with the one who started it at the latest.
[[noreturn]] void wait_for_the_end() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  while (true) ::pause();
}

void end(pid_t child) {
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

// A child that has a child, and leads a session. \returns both
std::pair<pid_t, pid_t> parent_and_child() {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  pid_t parent = ::fork();
  if (parent == 0) {
    ::setsid();
    pid_t child = ::fork();
    if (child == 0) {
      // It outlives its parent: the test ends it.
      ::alarm(60);
      while (true) ::pause();
    }
    bool told = ::write(ends[1], &child, sizeof child) == sizeof child;
    if (!told) ::_exit(1);
    wait_for_the_end();
  }
  pid_t child = 0;
  REQUIRE(::read(ends[0], &child, sizeof child) == sizeof child);
  ::close(ends[0]);
  ::close(ends[1]);
  return {parent, child};
}

// As fork, but the child gets the number that we want. \returns -1 when it is taken, or we may not choose
pid_t fork_as(pid_t wanted) {
  clone_args arguments{};
  arguments.exit_signal = SIGCHLD;
  arguments.set_tid = reinterpret_cast<std::uintptr_t>(&wanted);
  arguments.set_tid_size = 1;
  return static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof arguments));
}

bool is_there(pid_t pid) { return process_state(pid) != '\0'; }

}  // namespace

TEST_CASE("A child's child belongs to the family, also when it was born after the last look") {
  CHECK(belongs(::getpid(), ::getpid()));
  auto [parent, child] = parent_and_child();

  CHECK(belongs(child, parent));
  CHECK(belongs(child, ::getpid()));
  CHECK_FALSE(belongs(::getpid(), parent));
  CHECK_FALSE(belongs(::getppid(), ::getpid()));
  ::kill(child, SIGKILL);
  end(parent);
  CHECK_FALSE(belongs(parent, ::getpid()));
}

TEST_CASE("Who was adopted by us is still in the family of the one who began its session") {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  auto [parent, child] = parent_and_child();
  CHECK(belongs(child, parent));
  end(parent);

  CHECK(belongs(child, parent));
  end(child);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  CHECK_FALSE(belongs(child, parent));
}

TEST_CASE("A child is not taken for a stranger who had its number before") {
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  auto [parent, stranger] = parent_and_child();
  end(parent);  // somebody above us has adopted its child
  CHECK_FALSE(belongs(stranger, ::getpid()));
  ::kill(stranger, SIGKILL);
  Deadline deadline(10s);
  while (is_there(stranger) && !deadline.passed()) ::usleep(1000);
  if (is_there(stranger)) SKIP("whoever adopts orphans here does not bury them");

  pid_t child = fork_as(stranger);
  if (child == 0) wait_for_the_end();
  if (child < 0) SKIP("the system does not let us choose the number of a process");
  CHECK(belongs(child, ::getpid()));
  end(child);
}

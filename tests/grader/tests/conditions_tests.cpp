// The states of a machine in which the tests are proven: that they are brought about, and go away again.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <string>
#include <system_error>
#include <vector>

#include "conditions.hpp"
#include "process_tree.hpp"

namespace {

int processors() {
  cpu_set_t set;
  ::sched_getaffinity(0, sizeof set, &set);
  return CPU_COUNT(&set);
}

std::size_t children() { return harness::family(::getpid()).size() - 1; }

// Whether each child comes to lead a session of its own, which is the first thing that it does.
bool children_lead_sessions() {
  std::vector<pid_t> family = harness::family(::getpid());
  std::erase(family, ::getpid());
  auto leads = [](pid_t child) { return ::getsid(child) == child; };
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!std::all_of(family.begin(), family.end(), leads))
    if (std::chrono::steady_clock::now() > give_up) return false;
  return true;
}

const Condition& condition(const std::string& name) {
  auto found =
      std::find_if(conditions().begin(), conditions().end(), [&name](const Condition& c) { return c.name == name; });
  REQUIRE(found != conditions().end());
  return *found;
}

// From now on the kernel refuses this process every call of that number.
bool refuse(std::uint32_t call, std::uint32_t error) {
  sock_filter steps[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program{std::size(steps), steps};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

// What is said where that call is refused; empty where the condition is there all the same. Then whether everything is
// as it was before.
std::string told_without(std::uint32_t call, std::uint32_t error, const Condition& wanted) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  pid_t child = ::fork();
  if (child == 0) {
    int before = processors();
    std::string told = "no filter";
    if (refuse(call, error)) try {
        UnderCondition under(wanted);
        told.clear();
      } catch (const std::system_error& failure) {
        told = failure.what();
        told += children() == 0 && processors() == before ? "; nothing is left" : "; something is left";
      }
    ::_exit(::write(ends[1], told.data(), told.size()) < 0);
  }
  ::close(ends[1]);
  std::array<char, 512> text;
  ssize_t n = ::read(ends[0], text.data(), text.size());
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return std::string(text.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
}

}  // namespace

TEST_CASE("On a single processor that nine loops want too") {
  int before = processors();
  {
    UnderCondition under(condition("tenfold"));
    CHECK(processors() == 1);
    CHECK(children() == 9);
    CHECK(children_lead_sessions());
  }
  CHECK(processors() == before);
  CHECK(children() == 0);
}

TEST_CASE("Loops for every processor, and all of them to run on") {
  int before = processors();
  UnderCondition under(condition("busy"));
  CHECK(processors() == before);
  CHECK(children() == static_cast<std::size_t>(2 * before));
}

TEST_CASE("A condition that the machine does not let come about is told, and not taken for one that is there") {
  CHECK(told_without(SYS_sched_setaffinity, EPERM, condition("one-processor"))
            .starts_with("the condition one-processor cannot be brought about: sched_setaffinity: "));
  CHECK(told_without(SYS_clone, EAGAIN, condition("busy")) ==
        "the condition busy cannot be brought about: fork: Resource temporarily unavailable; nothing is left");
}

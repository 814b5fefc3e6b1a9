// What a family of processes takes of the memory.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "process_tree.hpp"

using namespace harness;

TEST_CASE("What processes share is counted once") {
  constexpr std::size_t shared_kib = 32 * 1024, children = 10;
  std::vector<char> shared(shared_kib * 1024, 'x');
  std::vector<pid_t> family;
  for (std::size_t i = 0; i < children; ++i) {
    pid_t child = ::fork();
    if (child == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      while (true) ::pause();
    }
    family.push_back(child);
  }
  std::size_t resident = resident_kib(::getpid()), proportional = proportional_kib(::getpid());
  for (pid_t child : family) ::kill(child, SIGKILL);
  for (pid_t child : family) ::waitpid(child, nullptr, 0);

  CHECK(shared.back() == 'x');
  CHECK(resident >= children * shared_kib);
  CHECK(proportional >= shared_kib);
  CHECK(proportional < 4 * shared_kib);
}

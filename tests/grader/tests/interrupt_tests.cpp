// Ctrl-C ends `grade` with everything that it has started.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "process_tree.hpp"
#include "some_submissions.hpp"

namespace fs = std::filesystem;

namespace {

// Programs that start and then wait for ever.
std::string hanging_programs() {
  std::string folder = std::string(SCRATCH) + "/hangs";
  fs::create_directories(folder);
  for (const char* program : {"echo_server", "echo_client"}) {
    fs::remove(folder + "/" + program);
    fs::create_symlink(ROGUE, folder + "/" + program);
  }
  return folder;
}

std::size_t learners_programs_of(pid_t root) {
  auto pids = harness::family(root);
  return static_cast<std::size_t>(std::count_if(pids.begin(), pids.end(), [](pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
    std::string name;
    std::getline(file, name);
    return name == "echo_server" || name == "echo_client";
  }));
}

}  // namespace

TEST_CASE("An interrupted run leaves no test and no learner's program behind") {
  int number = GENERATE(SIGINT, SIGTERM, SIGHUP, SIGKILL);
  CAPTURE(number);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  Subprocess grade = start({GRADE, "board", "lab02", "--programs", hanging_programs()}, true);
  while (learners_programs_of(grade.pid) < 2) REQUIRE(harness::process_state(grade.pid) != 'Z');
  ::kill(grade.pid, number);
  int status = 0;
  ::waitpid(grade.pid, &status, 0);
  CHECK(exit_status(status) == 128 + number);
  ::close(grade.output);

  // We adopted what it left. After SIGKILL nobody tidied up: the tests and the programs die with their parents, each
  // in its turn. After another signal all of them are dead by now, though the kernel may still be burying their
  // threads.
  if (number != SIGKILL) CHECK(living_descendants() == 0);
  while (::waitpid(-1, nullptr, 0) > 0) {
  }
  CHECK(harness::family(::getpid()).size() == 1);
  harness::kill_all_descendants();
}

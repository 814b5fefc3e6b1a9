// How tests are run: here it is a script that stands for a lab's test program.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "conditions.hpp"
#include "course.hpp"
#include "pressure.hpp"
#include "runner.hpp"
#include "subprocess.hpp"

namespace fs = std::filesystem;

namespace {

// It fails as it is told to until the limits are `enough` times as long as usual, and then passes.
Result run_one_that_says(const std::string& of_its_failure, std::size_t& tries, int enough = 4, bool waits = false,
                         const std::string& state = "wrong", double speed_factor = 1, double takes = 0) {
  Lab lab;
  // Several tests of this file may run at the same time.
  lab.stem =
      fs::relative(fs::path(SCRATCH) / ("pretended-" + std::to_string(::getpid())), fs::path(build_folder()) / "tests")
          .string();
  fs::path folder = fs::path(lab.test_program()).parent_path();
  fs::remove_all(folder);
  fs::create_directories(folder);
  std::ofstream(lab.test_program()) << "#!/bin/sh\necho x >> '" << (folder / "tries").string() << "'\nsleep " << takes
                                    << "\ncase \"$*\" in\n*'--speed-factor " << enough << "'*)\n"
                                    << R"(echo '{"event":"end","name":"a test","state":"passed"}';;)"
                                    << "\n*)\n"
                                    << R"(echo '{"event":"end","name":"a test","state":")" << state << "\","
                                    << of_its_failure << "}';;\nesac\n";
  fs::permissions(lab.test_program(), fs::perms::owner_all);
  Test test;
  test.name = "a test";
  test.waits = waits;
  std::vector<Job> jobs(1);
  jobs[0].lab = &lab;
  jobs[0].test = &test;
  std::size_t finished = 0;
  RunOptions options;
  options.speed_factor = speed_factor;
  run(jobs, options, [&](const Job&) { ++finished; });
  CHECK(finished == 1);
  std::ifstream file(folder / "tries");
  tries = 0;
  for (std::string line; std::getline(file, line);) ++tries;
  fs::remove_all(folder);
  return jobs[0].result;
}

}  // namespace

TEST_CASE("Who came too late on a machine that was busy is judged again, with more time") {
  std::size_t tries = 0;
  CHECK(run_one_that_says(R"("late":1,"kept_waiting":3)", tries).passed());
  CHECK(tries == 3);
}

TEST_CASE("Who comes too late with four times the time, too, is told that it was tried again") {
  std::size_t tries = 0;
  Result result = run_one_that_says(R"("late":1,"kept_waiting":3)", tries, 8);
  CHECK_FALSE(result.passed());
  CHECK(tries == 3);
  REQUIRE(result.details.size() == 1);
  CHECK(result.details[0].first == "tried again");
  CHECK(result.details[0].second.find("limits up to 4 times as long") != std::string::npos);
}

TEST_CASE("So is a test in which time has to pass, whatever went wrong") {
  std::size_t tries = 0;
  CHECK(run_one_that_says(R"("late":0,"kept_waiting":3)", tries, 2, true).passed());
  CHECK(tries == 2);
}

TEST_CASE("So is one that waited in vain: what it waited for may only have been late") {
  std::size_t tries = 0;
  CHECK(run_one_that_says(R"("late":0,"kept_waiting":3)", tries, 2, false, "timed out").passed());
  CHECK(tries == 2);
  CHECK_FALSE(run_one_that_says(R"("late":0,"kept_waiting":0.1)", tries, 2, false, "timed out").passed());
  CHECK(tries == 1);
}

TEST_CASE("Who came too late on a machine that was idle came too late") {
  std::size_t tries = 0;
  // So slow that what else runs here now does not count.
  CHECK_FALSE(run_one_that_says(R"("late":1,"kept_waiting":0.1)", tries, 4, false, "wrong", 1000).passed());
  CHECK(tries == 1);
}

TEST_CASE("Who came too late while somebody waited for a processor is judged again, whoever it was that waited") {
  if (processor_pressure() == 0) SKIP("this kernel does not tell who waits");
  const Condition& busy = conditions().at(1);
  REQUIRE(busy.name == "busy");
  UnderCondition under(busy);
  std::size_t tries = 0;
  CHECK(run_one_that_says(R"("late":1,"kept_waiting":0)", tries, 2, false, "wrong", 1, 1).passed());
  CHECK(tries == 2);
  CHECK_FALSE(run_one_that_says(R"("late":0,"kept_waiting":0)", tries, 2, false, "wrong", 1, 1).passed());
  CHECK(tries == 1);
}

TEST_CASE("What is wrong without regard to time is wrong on a busy machine, too") {
  std::size_t tries = 0;
  Result result = run_one_that_says(R"("late":0,"kept_waiting":3)", tries);
  CHECK_FALSE(result.passed());
  CHECK(tries == 1);
  CHECK(result.details.empty());
}

TEST_CASE("What a test's process does after its verdict nobody waits for, but it is reaped") {
  Lab lab;
  lab.stem = fs::relative(fs::path(SCRATCH) / "leaving", fs::path(build_folder()) / "tests").string();
  fs::path folder = fs::path(lab.test_program()).parent_path();
  fs::remove_all(folder);
  fs::create_directories(folder);
  // The first cannot leave before the second has begun, and only one may run at a time.
  std::ofstream(lab.test_program()) << "#!/bin/sh\ncd '" << folder.string() << R"('
case $1 in
first) mkfifo begun; echo '{"event":"end","name":"first","state":"passed"}'; cat begun > left;;
second) echo yes > begun; echo '{"event":"end","name":"second","state":"passed"}';;
esac
)";
  fs::permissions(lab.test_program(), fs::perms::owner_all);
  std::vector<Test> tests(2);
  std::vector<Job> jobs(2);
  for (std::size_t i = 0; i < 2; ++i) {
    tests[i].name = i == 0 ? "first" : "second";
    jobs[i].lab = &lab;
    jobs[i].test = &tests[i];
  }
  std::vector<std::string> finished;
  RunOptions options;
  options.workers = 1;
  run(jobs, options, [&](const Job& job) { finished.push_back(job.test->name); });
  CHECK(finished == std::vector<std::string>{"first", "second"});
  CHECK(jobs[1].result.passed());
  CHECK(fs::file_size(folder / "left") == 4);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
}

TEST_CASE("However slow the machine is, the waits of lab 05 have a bound") {
  fs::path folder = fs::path(SCRATCH) / "silent";
  fs::remove_all(folder);
  fs::create_directories(folder);
  std::ofstream(folder / "feed_server") << "#!/bin/sh\nexec sleep 1000\n";
  fs::permissions(folder / "feed_server", fs::perms::owner_all);
  Lab lab = find_lab("lab05");
  load_tests(lab);
  auto test = std::find_if(lab.tests.begin(), lab.tests.end(), [](const Test& t) { return t.id == "05.6.1"; });
  REQUIRE(test != lab.tests.end());
  std::vector<Job> jobs(1);
  jobs[0].lab = &lab;
  jobs[0].test = &*test;
  jobs[0].programs = folder.string();
  RunOptions options;
  options.speed_factor = 20;  // five seconds would be a hundred, and are twelve

  run(jobs, options, [](const Job&) {});
  CHECK(jobs[0].result.state == "timed out");
  CHECK(jobs[0].result.seconds < 90);
}

TEST_CASE("What is started has a session of its own") {
  Captured shell = capture({"/bin/sh", "-c", "echo $$; cut -d' ' -f6 /proc/self/stat"});
  REQUIRE(shell.status == 0);
  std::istringstream words(shell.output);
  long pid = 0, session = 0;
  REQUIRE(words >> pid >> session);
  CHECK(session == pid);
}

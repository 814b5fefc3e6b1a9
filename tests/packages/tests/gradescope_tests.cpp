// The autograder packages, used as Gradescope uses them: unpacked to source/, setup.sh once, run_autograder for each
// submission.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "json.hpp"
#include "scratch.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

// A folder that stands for /autograder.
class Platform {
 public:
  explicit Platform(const std::string& name) : root_(empty_folder(name)) {
    REQUIRE(make_package("gradescope.cmake", SOURCE, root_ / "made").status == 0);
    fs::create_directories(root_ / "source");
    REQUIRE(in(root_ / "source", "'" CMAKE "' -E tar xf ../made/autograder-lab02.zip").status == 0);
    fs::remove_all(root_ / "made");
    fs::create_directories(root_ / "results");
    fs::copy(root_ / "source/run_autograder", root_ / "run_autograder");
  }

  const fs::path& root() const { return root_; }

  Captured set_up(const std::string& grade) const {
    return in("/", environment(grade) + "bash '" + (root_ / "source/setup.sh").string() + "'");
  }

  Captured run(const std::string& grade, const fs::path& submission) const {
    fs::remove_all(root_ / "submission");
    fs::copy(submission, root_ / "submission", fs::copy_options::recursive);
    return in(root_, environment(grade) + "./run_autograder");
  }

  harness::Json results() const { return harness::Json::parse(text_of(root_ / "results/results.json")); }
  bool has_results() const { return fs::exists(root_ / "results/results.json"); }

 private:
  std::string environment(const std::string& grade) const {
    return "AUTOGRADER_ROOT='" + root_.string() + "' " + (grade.empty() ? "" : "GRADE='" + grade + "' ");
  }

  fs::path root_;
};

// Where this `grade` does not grade submissions, a stand-in gives every submission this record; the reports are ours.
std::string stand_in(const fs::path& root, const std::string& state) {
  write(root / "record.json",
        "{\"format\": \"socket-labs-grade-1\", \"submission\": \"submission\", \"learner\": \"\", \"lab\": \"lab02\", "
        "\"state\": \"" +
            state +
            "\", \"tests\": [{\"id\": \"02.1.1\", \"title\": \"It listens\", \"part\": \"02.1\", \"state\": "
            "\"passed\", \"points\": 100, \"possible\": 100}]}");
  fs::path script = root / "stand-in";
  write(script, "#!/bin/sh\n[ \"$1\" = class ] || exec '" GRADE "' \"$@\"\nmkdir -p \"$6\" && cp '" +
                    (root / "record.json").string() + "' \"$6/submission.json\"\n");
  fs::permissions(script, fs::perms::owner_all);
  return script.string();
}

bool grades_submissions() { return capture({GRADE}).output.find("\n  class FOLDER") != std::string::npos; }

}  // namespace

TEST_CASE("An autograder package has its two scripts at its top, and no solution") {
  Platform platform("gradescope list");
  std::vector<std::string> files = files_in(platform.root() / "source");
  for (const char* script : {"setup.sh", "run_autograder"}) {
    CHECK(std::find(files.begin(), files.end(), script) != files.end());
    CHECK((fs::status(platform.root() / "source" / script).permissions() & fs::perms::owner_exec) != fs::perms::none);
  }
  CHECK(text_of(platform.root() / "source/lab") == "lab02\n");
  for (const std::string& file : files) CHECK(file.find("/solutions/") == std::string::npos);
  CHECK(std::any_of(files.begin(), files.end(),
                    [](const std::string& file) { return file.find("/mistakes/") != std::string::npos; }));
}

TEST_CASE("The package sets up and writes results for what was handed in") {
  Platform platform("gradescope run");
  std::string grade = grades_submissions() ? GRADE : stand_in(platform.root(), "graded");
  Captured ready = platform.set_up(grade);
  CAPTURE(ready.output);
  if (ready.output.find("setup: missing:") != std::string::npos)
    SKIP("packages are missing here, and installing them needs root");
  REQUIRE(ready.status == 0);
  Captured run = platform.run(grade, fs::path(SOURCE) / "solutions/02-tcp-echo");
  CAPTURE(run.output);
  CHECK(run.status == 0);
  REQUIRE(platform.has_results());
  CHECK(platform.results()["score"].number() == 100);
  CHECK_FALSE(platform.results()["tests"].items().empty());
}

TEST_CASE("What could not be graded leaves no results, so the platform does not take it for a zero") {
  Platform platform("gradescope trouble");
  std::string grade = stand_in(platform.root(), "not graded");
  write(platform.root() / "results/results.json", "of an earlier run");
  Captured run = platform.run(grade, fs::path(SOURCE) / "solutions/02-tcp-echo");
  CHECK(run.status != 0);
  CHECK_FALSE(platform.has_results());
  CHECK(platform.run("/no/such/grade", fs::path(SOURCE) / "solutions/02-tcp-echo").status != 0);
  CHECK_FALSE(platform.has_results());
}

TEST_CASE("The package builds its own grader, and that grades", "[long]") {
  Platform platform("gradescope builds");
  Captured ready = platform.set_up("");
  CAPTURE(ready.output);
  REQUIRE(ready.status == 0);
  REQUIRE(fs::exists(platform.root() / "source/socket-labs/.build/grade"));
  if (!grades_submissions()) SKIP("this grade does not grade submissions");
  Captured run = platform.run("", fs::path(SOURCE) / "solutions/02-tcp-echo");
  CAPTURE(run.output);
  CHECK(run.status == 0);
  CHECK(platform.results()["score"].number() == 100);
}

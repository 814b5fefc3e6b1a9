// What `grade` answers to good and bad commands. Every message must say what to do.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "subprocess.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

Captured grade(std::vector<std::string> words) {
  words.insert(words.begin(), GRADE);
  return capture(words);
}

std::string empty_folder(const std::string& name) {
  std::string folder = std::string(SCRATCH) + "/" + name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

}  // namespace

TEST_CASE("Wrong usage says what is wrong, shows the commands, and exits 2") {
  auto says = [](const std::vector<std::string>& words, const std::string& message) {
    Captured answer = grade(words);
    CAPTURE(words);
    CHECK(answer.status == 2);
    CHECK_THAT(answer.output, ContainsSubstring(message) && ContainsSubstring("usage: grade COMMAND"));
  };
  says({}, "a command is missing");
  says({"boards"}, "unknown command boards");
  says({"board"}, "board wants a lab: grade board lab02");
  says({"board", "lab01", "lab02"}, "too many words for board");
  says({"board", "lab02", "--colour"}, "unknown option --colour");
  says({"board", "lab02", "-j"}, "-j wants a value");
  says({"board", "lab02", "-j", "0"}, "not a number above 0: 0");
  says({"board", "lab02", "-j", "two"}, "not a number above 0: two");
  says({"board", "lab02", "--programs", "/no/such/folder"}, "there is no folder /no/such/folder");
  says({"progress", "--programs", "."}, "--programs goes with board");
}

TEST_CASE("A lab that there is not is told with those that there are") {
  Captured answer = grade({"board", "lab99"});
  CHECK(answer.status == 1);
  CHECK_THAT(answer.output, ContainsSubstring("there is no lab called lab99; there are: lab01 lab02"));
}

TEST_CASE("A condition that there is not is told with those that there are, and a proof of nothing is none") {
  Captured unknown = grade({"proof", "lab01", "--condition", "noisy"});
  CHECK(unknown.status == 1);
  CHECK_THAT(unknown.output, ContainsSubstring("there is no condition called noisy; there are quiet, busy") &&
                                 ContainsSubstring("lost-accept"));
  Captured nothing = grade({"proof", "lab01", "--condition", "lost-accept"});
  CHECK(nothing.status == 1);
  CHECK_THAT(nothing.output, ContainsSubstring("there is nothing to judge"));
}

TEST_CASE("A folder without the programs earns nothing, says why, and is no failure of the grader") {
  Captured answer = grade({"board", "lab02", "--programs", empty_folder("no programs here")});
  CHECK(answer.status == 0);
  CHECK_THAT(answer.output, ContainsSubstring("echo_server is not there") && ContainsSubstring("there is no program") &&
                                ContainsSubstring("no programs here/echo_server") &&
                                ContainsSubstring("No test can run before that") &&
                                ContainsSubstring("Score 0 of 100"));
}

TEST_CASE("What goes into a pipe is plain text") {
  Captured answer = grade({"board", "lab02", "--programs", empty_folder("no programs here")});
  CHECK(answer.output.find('\033') == std::string::npos);
  CHECK(answer.output.find('\r') == std::string::npos);
}

TEST_CASE("The doctor says what this machine offers") {
  Captured answer = grade({"doctor"});
  CHECK(answer.status == 0);
  CHECK_THAT(answer.output, ContainsSubstring("compiler") && ContainsSubstring("Catch2") &&
                                ContainsSubstring("network") && ContainsSubstring("speed") &&
                                ContainsSubstring("Grading works here."));
}

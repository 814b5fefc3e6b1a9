// What `grade report` answers.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>

#include "readers.hpp"
#include "some_class.hpp"
#include "subprocess.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

Captured grade(std::vector<std::string> words) {
  words.insert(words.begin(), GRADE);
  return capture(words);
}

std::string scratch(const std::string& name) { return std::string(SCRATCH) + "/" + name; }

}  // namespace

TEST_CASE("A report of a class writes every format, and says which submission has none") {
  std::string results = written_class(scratch("every format"));
  Captured answer = grade({"report", results});
  // One of them is not graded, for a reason that is not its learner's: a platform must not take that for a zero.
  CHECK(answer.status == 1);
  CHECK_THAT(answer.output, ContainsSubstring("not graded, so without a file for a platform: 1"));
  for (const char* file : {"class.json", "gradebook.csv", "class.html", "junit.xml", "gradescope/lab02/ada.json",
                           "classroom50/lab02/ada.json", "autolab/lab02/ada.txt"}) {
    CAPTURE(file);
    CHECK(fs::file_size(results + "/reports/" + file) > 100);
  }
  CHECK_FALSE(fs::exists(results + "/reports/gradescope/lab02/unlucky.json"));
  CHECK(read_csv(harness::text_of(results + "/reports/gradebook.csv")).size() == some_class().size() + 1);
  // Reports are no records: a second time reads the same.
  CHECK(grade({"report", results}).output == answer.output);
}

TEST_CASE("One grade in one format goes where it is wanted") {
  std::string results = written_class(scratch("one grade"));
  CHECK(grade({"report", results + "/ada.json", "--format", "gradescope", "--out", results + "/platform/results.json"})
            .status == 0);
  CHECK(read_json(harness::text_of(results + "/platform/results.json"))["score"].number() == 105);
  Captured printed = grade({"report", results + "/ada.json", "--format", "autolab", "--out", "-"});
  CHECK(printed.status == 0);
  CHECK_THAT(printed.output, ContainsSubstring("{\"scores\": {\"02.1 listen and announce\": 25"));
  Captured trouble = grade(
      {"report", results + "/unlucky.json", "--format", "classroom50", "--out", results + "/platform/result.json"});
  CHECK(trouble.status == 1);
  CHECK_THAT(trouble.output, ContainsSubstring("unlucky is not graded"));
  CHECK_FALSE(fs::exists(results + "/platform/result.json"));
}

TEST_CASE("A file that is no grade is named, and the others are reported") {
  std::string results = written_class(scratch("no grade"));
  fs::remove(results + "/unlucky.json");
  std::ofstream(results + "/torn.json") << harness::text_of(results + "/ada.json").substr(0, 300);
  Captured answer = grade({"report", results, "--format", "csv"});
  CHECK(answer.status == 1);
  CHECK_THAT(answer.output, ContainsSubstring("torn.json is not a grade, or not a whole one"));
  CHECK(read_csv(harness::text_of(results + "/reports/gradebook.csv")).size() == some_class().size());
}

TEST_CASE("A wrong report command says what is wrong") {
  auto says = [](const std::vector<std::string>& words, int status, const std::string& message) {
    Captured answer = grade(words);
    CAPTURE(words);
    CHECK(answer.status == status);
    CHECK_THAT(answer.output, ContainsSubstring(message));
  };
  fs::create_directories(scratch("nothing"));
  says({"report"}, 2, "report wants a folder of results");
  says({"report", "a", "b"}, 2, "too many words");
  says({"report", "a", "--format", "pdf"}, 2, "there is no format called pdf");
  says({"report", "a", "--format"}, 2, "--format wants a value");
  says({"report", "/no/such/folder"}, 1, "neither a folder nor a file");
  says({"report", scratch("nothing")}, 1, "there are no results in");
  std::string results = written_class(scratch("not writable"));
  says({"report", results, "--out", "/proc/no/such"}, 1, "cannot write /proc/no/such/class.json");
}

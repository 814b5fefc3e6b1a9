// Results of several machines become one.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "class/report/records.hpp"
#include "readers.hpp"
#include "some_class.hpp"
#include "subprocess.hpp"

namespace fs = std::filesystem;
using namespace classroom;
using Catch::Matchers::ContainsSubstring;

namespace {

Captured grade_says(std::vector<std::string> words) {
  words.insert(words.begin(), GRADE);
  return capture(words);
}

class Machines {
 public:
  explicit Machines(const std::string& name) : folder_(std::string(SCRATCH) + "/merge " + name) {
    fs::remove_all(folder_);
  }

  // `hours` after some moment
  void put(const std::string& machine, const Grade& grade, int hours) {
    std::string path = (*this)(machine) + "/" + grade.submission + ".json";
    write_whole(path, to_json(grade));
    fs::last_write_time(path, fs::file_time_type::clock::now() + std::chrono::hours(hours - 100));
  }

  std::string operator()(const std::string& machine) const { return folder_ + "/" + machine; }

  Grade merged(const std::string& submission) const {
    return grade_from(harness::Json::parse(harness::text_of((*this)("all") + "/lab02/" + submission + ".json")));
  }

 private:
  std::string folder_;
};

}  // namespace

TEST_CASE("Of several results the one that says most wins, then the latest, and that is told") {
  Machines machines("several");
  Grade ada = some_class()[0], worse = some_class()[1], waiting = ada;
  worse.submission = "ada";
  waiting.state = "waiting";
  for (TestGrade& test : waiting.tests) test.points = 0;
  machines.put("one", worse, 1);
  machines.put("two", ada, 2);
  machines.put("three", waiting, 3);
  machines.put("three", some_class()[2], 3);
  machines.put("four", some_class()[2], 4);

  Captured answer = grade_says(
      {"merge", machines("one"), machines("two"), machines("three"), machines("four"), "--out", machines("all")});
  CHECK(answer.status == 0);
  CHECK(machines.merged("ada").points() == 105);
  CHECK(machines.merged("script").points() == 50);
  CHECK_THAT(answer.output, ContainsSubstring("took " + machines("two") + "/ada.json (105 points, later), left " +
                                              machines("one") + "/ada.json (50 points)"));
  CHECK_THAT(answer.output,
             ContainsSubstring("(105 points, says more), left " + machines("three") + "/ada.json (waiting)"));
  CHECK_THAT(answer.output, ContainsSubstring("5 results of 2 submissions"));
  // The same in every letter is no news.
  CHECK_THAT(answer.output, !ContainsSubstring("script"));
}

TEST_CASE("What was merged before takes part, so that nothing is lost") {
  Machines machines("again");
  machines.put("one", some_class()[0], 1);
  machines.put("two", some_class()[1], 1);
  CHECK(grade_says({"merge", machines("one"), "--out", machines("all")}).status == 0);
  Captured answer = grade_says({"merge", machines("two"), "--out", machines("all")});
  CHECK(answer.status == 0);
  CHECK(machines.merged("ada").points() == 105);
  CHECK(machines.merged("formula").points() == 50);
  CHECK(grade_says({"report", machines("all"), "--format", "csv"}).status == 0);
}

TEST_CASE("What was graded later wins over what was merged later") {
  Machines machines("times");
  Grade regraded = some_class()[1];
  regraded.submission = "ada";
  machines.put("one", some_class()[0], 1);
  machines.put("two", regraded, 2);
  grade_says({"merge", machines("one"), "--out", machines("all")});
  grade_says({"merge", machines("two"), "--out", machines("all")});
  CHECK(machines.merged("ada").points() == 50);
}

TEST_CASE("The same submission of two labs is two results") {
  Machines machines("labs");
  Grade other = some_class()[0];
  other.lab = "lab03";
  machines.put("one", some_class()[0], 1);
  machines.put("two", other, 1);
  Captured answer = grade_says({"merge", machines("one"), machines("two"), "--out", machines("all")});
  CHECK_THAT(answer.output, ContainsSubstring("2 results of 2 submissions"));
  CHECK(fs::exists(machines("all") + "/lab03/ada.json"));
}

TEST_CASE("A torn result is named, and the others are merged") {
  Machines machines("torn");
  machines.put("one", some_class()[0], 1);
  std::ofstream(machines("one") + "/torn.json") << "{\"format\": \"socket-labs-gra";
  Captured answer = grade_says({"merge", machines("one"), "--out", machines("all")});
  CHECK(answer.status == 1);
  CHECK_THAT(answer.output, ContainsSubstring("torn.json is not a grade"));
  CHECK(machines.merged("ada").points() == 105);
  CHECK(grade_says({"merge", machines("one")}).status == 2);
  CHECK(grade_says({"merge", "--out", machines("all")}).status == 2);
}

TEST_CASE("Options reach the reports, and a wrong one stops them") {
  Machines machines("options");
  machines.put("one", some_class()[0], 1);
  std::string options = machines("course.txt");
  std::ofstream(options) << "bonus off\nhidden 02.8.8\n";
  Captured answer = grade_says({"report", machines("one"), "--format", "csv", "--options", options});
  CHECK_THAT(answer.output, ContainsSubstring("the options name a test that is not there: 02.8.8"));
  CHECK_THAT(harness::text_of(machines("one") + "/reports/gradebook.csv"), ContainsSubstring(",100,100,0,0,0,100,"));
  std::ofstream(options) << "bonus of\n";
  answer = grade_says({"report", machines("one"), "--options", options});
  CHECK(answer.status == 1);
  CHECK_THAT(answer.output, ContainsSubstring("course.txt:1: \"of\" is neither on nor off"));
}

// The instructor's options: what they do to a grade, and what is said about a slip of the pen.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>

#include "class/options.hpp"
#include "readers.hpp"
#include "some_class.hpp"

using namespace classroom;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

Options options(const std::string& text) { return parse_options(text, std::string(SCRATCH) + "/course.txt"); }

Grade graded(const std::string& text, Grade grade = some_class()[0]) {
  apply(options(text), grade);
  return grade;
}

Grade handed_in(const std::string& time, const std::string& text) {
  Grade grade = some_class()[0];
  grade.submitted = time;
  return graded(text, grade);
}

}  // namespace

TEST_CASE("The options that are shipped change nothing") {
  Options shipped = parse_options(harness::text_of(SOURCE "/tests/grader/class/options.txt"), "options.txt");
  for (const Grade& before : some_class()) {
    Grade after = before;
    apply(shipped, after);
    for (PartGrade& part : after.parts) part.points = part.possible = 0;  // they are counted again
    CHECK(to_json(after) == to_json(before));
  }
}

TEST_CASE("Every option that the shipped file documents can be read") {
  std::filesystem::create_directories(SCRATCH);
  std::ofstream(std::string(SCRATCH) + "/handed-in.csv") << "submission,time\nada,2026-11-21T10:00:00Z\n";
  std::istringstream lines(harness::text_of(SOURCE "/tests/grader/class/options.txt"));
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("#   ")) continue;
    std::string option = line.substr(4, line.find("  ", 4) - 4);
    CAPTURE(option);
    CHECK_NOTHROW(options(option));
    ++count;
  }
  CHECK(count == 11);
}

TEST_CASE("A test is worth what the options say, for those who passed it") {
  CHECK(graded("points 02.1.1 40").points() == 135);
  CHECK(graded("points 02.1.1 40").possible() == 130);
  Grade failed = graded("points 02.3.1 40", some_class()[1]);
  CHECK(failed.points() == 50);
  CHECK(failed.possible() == 110);
  CHECK(failed.parts[1].possible == 60);
}

TEST_CASE("Extra and bonus tests are left out as a whole") {
  CHECK(graded("extra off").possible() == 75);
  CHECK(graded("extra off").points() == 80);
  CHECK(graded("bonus off").points() == 100);
  CHECK(graded("bonus off").bonus() == 0);
  CHECK(graded("extra on\nbonus on").points() == 105);
}

TEST_CASE("A test is hidden and counts") {
  Grade grade = graded("hidden 02.1.1");
  CHECK(grade.tests[0].hidden);
  CHECK_FALSE(grade.tests[1].hidden);
  CHECK(grade.tests[5].hidden);  // it was before
  CHECK(grade.points() == 105);
}

TEST_CASE("Lateness: grace, free days, a begun day is a day, and there is a most") {
  const std::string policy =
      "due lab02 2026-11-20T12:00:00Z\nlate grace 10\nlate free 1\nlate percent 10\nlate most 25\n";
  auto days_and_percent = [&policy](const std::string& time) {
    Grade grade = handed_in(time, policy);
    return std::pair(grade.days_late, grade.late_penalty);
  };
  CHECK(days_and_percent("2026-11-20T12:00:00Z") == std::pair(0, 0));
  CHECK(days_and_percent("2026-11-20T12:10:00Z") == std::pair(0, 0));
  CHECK(days_and_percent("2026-11-20T12:10:01Z") == std::pair(1, 0));
  CHECK(days_and_percent("2026-11-21T12:00:01Z") == std::pair(2, 10));
  CHECK(days_and_percent("2026-11-22T12:00:00Z") == std::pair(2, 10));
  CHECK(days_and_percent("2026-11-22T12:00:01Z") == std::pair(3, 20));
  CHECK(days_and_percent("2026-12-24T12:00:00Z") == std::pair(34, 25));
  CHECK(handed_in("2026-11-22T12:00:01Z", policy).after_penalty() == 84);
  CHECK(handed_in("2026-11-22T12:00:01Z", policy + "extension 3 ada").days_late == 0);
  CHECK(handed_in("2026-11-22T12:00:01Z", policy + "extension 3 somebody else").days_late == 3);
  // A due time of another lab says nothing.
  CHECK(handed_in("2026-11-22T12:00:01Z", "due lab03 2026-11-20T12:00:00Z\nlate percent 10").late_penalty == 0);
}

TEST_CASE("When it is not known when something was handed in, nothing is taken off, and that is said once") {
  std::string policy = "due lab02 2026-11-20T12:00:00Z\nlate percent 10";
  Grade grade = handed_in("", policy);
  apply(options(policy), grade);
  CHECK(grade.late_penalty == 0);
  REQUIRE(grade.notes.size() == 1);
  CHECK_THAT(grade.notes[0], ContainsSubstring("is not known"));
}

TEST_CASE("A table tells when submissions came") {
  std::filesystem::create_directories(SCRATCH);
  std::ofstream(std::string(SCRATCH) + "/times.csv")
      << "submission,time\r\nada,2026-11-21T13:30+01:00\r\n\"a, b\",2026-11-21T13:30:00Z\r\n";
  Grade grade = handed_in("", "times times.csv\ndue lab02 2026-11-20T12:00:00Z\nlate percent 10");
  CHECK(grade.submitted == "2026-11-21T12:30:00Z");
  CHECK(grade.late_penalty == 20);
  std::ofstream(std::string(SCRATCH) + "/wrong.csv") << "ada,2026-11-21T13:30:00Z\nbob,yesterday\n";
  CHECK_THROWS_MATCHES(options("times wrong.csv"), std::runtime_error,
                       MessageMatches(ContainsSubstring("wrong.csv:2: \"yesterday\" is no time")));
}

TEST_CASE("Times: zones, seconds, fractions, and what is none") {
  CHECK(utc_text(time_from("2026-11-20T23:59:00+01:00")) == "2026-11-20T22:59:00Z");
  CHECK(utc_text(time_from("2026-11-20T23:59-05:30")) == "2026-11-21T05:29:00Z");
  CHECK(utc_text(time_from("2018-07-01T14:22:32.365935-07:00")) == "2018-07-01T21:22:32Z");
  for (const char* wrong :
       {"", "2026-11-20", "2026-11-20T23:59:00", "2026-13-20T23:59:00Z", "20 November", "2026-11-20T23:59:00Zulu"})
    CHECK_THROWS_AS(time_from(wrong), std::runtime_error);
}

TEST_CASE("A slip of the pen is told with its line") {
  auto says = [](const std::string& line, const std::string& message) {
    CAPTURE(line);
    CHECK_THROWS_MATCHES(options("# one\n" + line), std::runtime_error,
                         MessageMatches(ContainsSubstring("course.txt:2: ") && ContainsSubstring(message)));
  };
  says("pionts 02.1.1 5", "there is no option called pionts");
  says("points 02.1 5", "\"02.1\" is no test; they are numbered like 02.5.1");
  says("points 02.1.1", "the number of points is missing");
  says("points 02.1.1 five", "\"five\" is no whole number from 0 to 1000");
  says("points 02.1.1 -5", "\"-5\" is no whole number");
  says("points 02.1.1 5 6", "\"6\" is too much");
  says("extra maybe", "\"maybe\" is neither on nor off");
  says("due lab2 2026-11-20T23:59:00Z", "\"lab2\" is no lab");
  says("due lab02 tomorrow", "\"tomorrow\" is no time");
  says("late fee 5", "\"fee\" is none of grace, free, percent and most");
  says("late percent 101", "no whole number from 0 to 100");
  says("extension 3", "the submission is missing");
  says("times no-such.csv", "cannot read");
}

TEST_CASE("A test that no grade has is a slip of the pen, too") {
  CHECK(unknown_tests(options("hidden 02.7.7\npoints 02.1.1 3\npoints 03.1.1 3"), some_class()) ==
        std::vector<std::string>{"02.7.7"});
}

TEST_CASE("What is applied twice is applied once") {
  std::string all =
      "points 02.1.1 40\nhidden 02.1.2\nextra off\nbonus off\ndue lab02 2026-11-19T12:00:00Z\nlate percent 10";
  for (const Grade& grade : some_class()) {
    Grade once = graded(all, grade), twice = graded(all, once);
    CHECK(to_json(once) == to_json(twice));
  }
}

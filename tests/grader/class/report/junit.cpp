// JUnit XML as Jenkins, GitLab and others read it: a suite a record. `failure` is a wrong answer, `error` a program
// that crashed, hung or does not build, `skipped` what was not judged.
#include <iomanip>
#include <sstream>

#include "class/report/formats.hpp"
#include "class/report/text.hpp"

namespace classroom {
namespace junit {
namespace {

std::string attribute(const char* name, const std::string& value) {
  std::string text;
  // A line break in an attribute reads as a blank unless it is written as a number.
  for (char c : markup(value)) text += c == '\n' ? "&#10;" : c == '\t' ? "&#9;" : std::string(1, c);
  return std::string(" ") + name + "=\"" + text + "\"";
}

std::string attribute(const char* name, int value) { return attribute(name, std::to_string(value)); }

std::string attribute(const char* name, double seconds) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(3) << seconds;
  return attribute(name, text.str());
}

std::string property(const char* name, const std::string& value) {
  return "<property" + attribute("name", std::string(name)) + attribute("value", value) + "/>";
}

std::string kind(const TestGrade& test) {
  const std::string& state = test.state;
  if (state == "passed") return "";
  if (state == "wrong" || state == "not started") return "failure";
  if (state == "skipped" || state == "blocked" || state == "waiting") return "skipped";
  return "error";
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string outcome(const TestGrade& test) {
  std::string element = kind(test), text = test.hidden ? test.state : explanation(test);
  if (element.empty()) return "";
  std::string message = test.hidden || test.failure.empty() ? first_line(text) : first_line(test.failure);
  if (element == "skipped") return "<skipped" + attribute("message", message) + "/>";
  return "<" + element + attribute("type", test.state) + attribute("message", message) + ">" + markup(text) + "</" +
         element + ">";
}

std::string test_case(const Grade& grade, const TestGrade& test, int hidden) {
  std::string text = "    <testcase";
  text += attribute("name", test.hidden ? "hidden test " + std::to_string(hidden) : test.id + " " + test.title);
  text += attribute("classname", grade.lab + "." + grade.submission) + attribute("time", test.seconds);
  if (!test.file.empty() && !test.hidden) text += attribute("file", test.file) + attribute("line", test.line);
  text += "><properties>" + property("points", std::to_string(test.points)) +
          property("possible", std::to_string(test.possible)) + "</properties>";
  return text + outcome(test) + "</testcase>\n";
}

struct Counts {
  int tests = 0, failures = 0, errors = 0, skipped = 0;
  double seconds = 0;

  void add(const TestGrade& test) {
    std::string element = kind(test);
    ++tests;
    failures += element == "failure";
    errors += element == "error";
    skipped += element == "skipped";
    seconds += test.seconds;
  }

  std::string attributes() const {
    return attribute("tests", tests) + attribute("failures", failures) + attribute("errors", errors) +
           attribute("skipped", skipped) + attribute("time", seconds);
  }
};

std::string suite(const Grade& grade, Counts& all) {
  Counts own;
  std::string cases;
  int hidden = 0;
  for (const TestGrade& test : grade.tests) {
    own.add(test);
    all.add(test);
    cases += test_case(grade, test, test.hidden ? ++hidden : 0);
  }
  auto number = [](int value) { return std::to_string(value); };
  std::string text = "  <testsuite" + attribute("name", grade.lab + "." + grade.submission) + own.attributes();
  if (!grade.submitted.empty()) text += attribute("timestamp", grade.submitted.substr(0, 19));
  text += ">\n    <properties>" + property("state", grade.state) + property("points", number(grade.points())) +
          property("possible", number(grade.possible())) + property("late_penalty", number(grade.late_penalty)) +
          property("points_after_penalty", number(grade.after_penalty())) + "</properties>\n";
  return text + cases + "    <system-out>" + markup(summary(grade)) + "</system-out>\n  </testsuite>\n";
}

}  // namespace
}  // namespace junit

std::string junit_xml(const Grades& grades) {
  junit::Counts all;
  std::string suites;
  for (const Grade& grade : grades) suites += junit::suite(grade, all);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
         junit::attribute("name", std::string("Socket Labs")) + all.attributes() + ">\n" + suites + "</testsuites>\n";
}

}  // namespace classroom

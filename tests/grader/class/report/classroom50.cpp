// Classroom 50's result.json (classroom50/result/v1): whole numbers, none negative, no score above its maximum, and the
// scores of the tests add up to the score. So bonus counts in the maximum, and what lateness takes off is taken off the
// tests, in proportion.
#include <cstdlib>
#include <ctime>

#include "class/json_writer.hpp"
#include "class/report/formats.hpp"
#include "class/report/text.hpp"

namespace classroom {
namespace classroom50 {
namespace {

std::string environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value && *value ? value : otherwise;
}

std::string now() {
  std::time_t time = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string test(const TestGrade& grade, int score, int number) {
  JsonObject object;
  object.member("test-name", grade.hidden ? "hidden test " + std::to_string(number) : grade.id + " " + grade.title);
  object.member("passed", grade.state == "passed").member("score", score).member("max-score", grade.possible);
  object.member("state", grade.state);
  if (grade.state != "passed" && !grade.hidden) object.member("output", explanation(grade));
  return object.text();
}

}  // namespace
}  // namespace classroom50

Classroom50 Classroom50::from_environment(const Grade& grade) {
  using classroom50::environment;
  std::string commit = environment("COMMIT_URL", "unknown");
  return {environment("CLASSROOM", "unknown"),
          environment("ASSIGNMENT", grade.lab),
          environment("SUBMISSION_TAG", "submit/" + grade.submission),
          commit,
          environment("RELEASE_URL", "unknown"),
          environment("REVIEW_URL", commit)};
}

std::string classroom50_result(const Grade& grade, const Classroom50& run) {
  std::vector<int> points;
  for (const TestGrade& test : grade.tests) points.push_back(test.points);
  std::vector<int> scores = shares(points, grade.after_penalty());
  std::vector<std::string> tests;
  int hidden = 0;
  for (std::size_t i = 0; i < scores.size(); ++i)
    tests.push_back(classroom50::test(grade.tests[i], scores[i], grade.tests[i].hidden ? ++hidden : 0));

  JsonObject result;
  result.member("schema", "classroom50/result/v1")
      .member("classroom", run.classroom)
      .member("assignment", run.assignment);
  result.member("submission", run.submission)
      .member("commit", run.commit)
      .member("release", run.release)
      .member("review", run.review);
  result.member("datetime", grade.submitted.empty() ? classroom50::now() : grade.submitted);
  result.member("score", grade.after_penalty()).member("max-score", grade.possible() + grade.bonus());
  return result.list("tests", tests, [](const std::string& test) { return test; }).text() + "\n";
}

}  // namespace classroom

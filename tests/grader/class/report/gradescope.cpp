// Gradescope's results.json, as its autograder specification describes it.
//
// A test whose visibility is not `visible` hides the whole score from the learner, except `hidden` ones, which must
// carry no points. So hidden tests carry none here; their points are in one visible line, and the total stands at the
// top.
#include "class/json_writer.hpp"
#include "class/report/formats.hpp"
#include "class/report/text.hpp"

namespace classroom {
namespace gradescope {
namespace {

std::string tags(const TestGrade& test) {
  std::string all = json_quoted(test.part);
  if (test.extra) all += ", \"extra\"";
  if (test.bonus) all += ", \"bonus\"";
  return "[" + all + "]";
}

std::string status(bool passed) { return passed ? "passed" : "failed"; }

std::string visible(const TestGrade& test) {
  JsonObject object;
  object.member("number", test.id)
      .member("name", test.title)
      .member("score", test.points)
      .member("max_score", test.possible);
  object.member("status", status(test.state == "passed")).member("visibility", "visible").raw("tags", tags(test));
  object.member("output_format", "text").member("output", test.state == "passed" ? "" : explanation(test));
  return object.member("extra_data", JsonObject().member("state", test.state).member("seconds", test.seconds)).text();
}

std::string hidden(const TestGrade& test) {
  JsonObject object;
  object.member("number", test.id).member("name", test.title).member("status", status(test.state == "passed"));
  object.member("visibility", "hidden").raw("tags", tags(test)).member("output_format", "text");
  object.member("output", test.state == "passed" ? "" : explanation(test));
  JsonObject points;
  points.member("state", test.state).member("points", test.points).member("possible", test.possible);
  return object.member("extra_data", points).text();
}

std::string all_hidden(int points, int possible) {
  JsonObject object;
  object.member("name", "Tests that are not shown").member("score", points).member("max_score", possible);
  return object.member("visibility", "visible").member("output_format", "text").member("output", "").text();
}

}  // namespace
}  // namespace gradescope

std::string gradescope_results(const Grade& grade) {
  std::vector<std::string> tests;
  int points = 0, possible = 0;
  double seconds = 0;
  for (const TestGrade& test : grade.tests) {
    seconds += test.seconds;
    tests.push_back(test.hidden ? gradescope::hidden(test) : gradescope::visible(test));
    points += test.hidden ? test.points : 0;
    possible += test.hidden ? test.possible : 0;
  }
  if (possible > 0) tests.push_back(gradescope::all_hidden(points, possible));

  JsonObject result;
  result.member("score", grade.after_penalty()).member("execution_time", seconds).member("output_format", "text");
  result.member("output", summary(grade)).member("visibility", "visible").member("stdout_visibility", "hidden");
  JsonObject data;
  data.member("submission", grade.submission)
      .member("lab", grade.lab)
      .member("state", grade.state)
      .member("key", grade.key);
  data.member("seed", std::to_string(grade.seed)).member("looks_like", grade.looks_like);
  data.member("points", grade.points()).member("late_penalty", grade.late_penalty);
  result.member("extra_data", data);
  return result.list("tests", tests, [](const std::string& test) { return test; }).text() + "\n";
}

}  // namespace classroom

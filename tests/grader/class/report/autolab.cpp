// What an Autolab autograder prints. The line before the last holds the stages with their hints, the last one the
// scores.
//
// Autolab puts quotes around every WORD: in the last line before it reads it, so no name there may contain one. The
// names are those of the parts, and the assessment's problems must be called the same.
#include "class/json_writer.hpp"
#include "class/report/formats.hpp"
#include "class/report/text.hpp"

namespace classroom {
namespace autolab {
namespace {

std::string name(const PartGrade& part) {
  std::string text = part.id + (part.title.empty() ? "" : " " + part.title);
  for (char& c : text)
    if (c == ':') c = ' ';
  return text;
}

JsonObject result(bool passed, const std::string& hint) {
  JsonObject object;
  object.member("passed", passed);
  if (!hint.empty()) object.member("hint", hint);
  return object;
}

// The tests of one part that the learner may see.
JsonObject stage(const Grade& grade, const std::string& part) {
  JsonObject tests;
  for (const TestGrade& test : grade.tests)
    if (test.part == part && !test.hidden)
      tests.member(test.id + " " + test.title,
                   result(test.state == "passed", test.state == "passed" ? "" : explanation(test)));
  return tests;
}

}  // namespace
}  // namespace autolab

std::string autolab_output(const Grade& grade) {
  std::vector<PartGrade> parts = parts_of(grade);
  std::vector<int> points;
  for (const PartGrade& part : parts) points.push_back(part.points);
  std::vector<int> scores = shares(points, grade.after_penalty());

  JsonObject stages, results;
  std::string names = "\"Programs\"";
  JsonObject programs;
  for (const ProgramGrade& program : grade.programs)
    programs.member(program.name,
                    autolab::result(program.state == "built",
                                    program.state == "built" ? "" : program.state + "\n" + program.errors));
  if (grade.programs.empty()) programs.member("nothing to grade", autolab::result(false, summary(grade)));
  stages.member("Programs", programs);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    names += ", " + json_quoted(autolab::name(parts[i]));
    stages.member(autolab::name(parts[i]), autolab::stage(grade, parts[i].id));
    results.member(autolab::name(parts[i]), scores[i]);
  }
  if (grade.late_penalty > 0) {
    names += ", \"Late\"";
    stages.member("Late", JsonObject().member("On time", autolab::result(false, penalty_text(grade))));
  }
  std::string first = JsonObject().member("_presentation", "semantic").raw("stages", "[" + names + "]").text();
  first = first.substr(0, first.size() - 1) + ", " + stages.text().substr(1);
  std::string last = JsonObject()
                         .member("scores", results)
                         .raw("scoreboard", "[" + std::to_string(grade.after_penalty()) + "]")
                         .text();
  return first + "\n" + last + "\n";
}

}  // namespace classroom

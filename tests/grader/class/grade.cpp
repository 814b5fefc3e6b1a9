#include "grade.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>

#include "json_writer.hpp"

namespace classroom {
namespace {

using harness::Json;
using Object = JsonObject;

std::string written(const ProgramGrade& program) {
  return Object().member("name", program.name).member("state", program.state).member("errors", program.errors).text();
}

std::string written(const PartGrade& part) {
  return Object()
      .member("id", part.id)
      .member("title", part.title)
      .member("points", part.points)
      .member("possible", part.possible)
      .text();
}

std::string written(const TestGrade& test) {
  return Object()
      .member("id", test.id)
      .member("title", test.title)
      .member("part", test.part)
      .member("state", test.state)
      .member("points", test.points)
      .member("possible", test.possible)
      .member("extra", test.extra)
      .member("bonus", test.bonus)
      .member("hidden", test.hidden)
      .member("seconds", test.seconds)
      .member("file", test.file)
      .member("line", test.line)
      .member("failure", test.failure)
      .member("message", test.message)
      .member("first_verdict", test.first_verdict)
      .text();
}

// A file may say anything. Numbers that no grade has must not reach the sums.
int whole(const Json& json) {
  if (std::abs(json.number()) > 1'000'000) throw std::runtime_error("a number that no grade has");
  return static_cast<int>(json.number());
}

TestGrade test_from(const Json& json) {
  TestGrade test;
  test.id = json["id"].text();
  test.title = json["title"].text();
  test.part = json["part"].text();
  test.state = json["state"].text();
  test.points = whole(json["points"]);
  test.possible = whole(json["possible"]);
  test.extra = json["extra"].number() != 0;
  test.bonus = json["bonus"].number() != 0;
  test.hidden = json["hidden"].number() != 0;
  test.seconds = json["seconds"].number();
  test.file = json["file"].text();
  test.line = whole(json["line"]);
  test.failure = json["failure"].text();
  test.message = json["message"].text();
  test.first_verdict = json["first_verdict"].text();
  return test;
}

}  // namespace

int Grade::points() const {
  int sum = 0;
  for (const TestGrade& test : tests) sum += test.points;
  return sum;
}

int Grade::possible() const {
  int sum = 0;
  for (const TestGrade& test : tests) sum += test.bonus ? 0 : test.possible;
  return sum;
}

int Grade::bonus() const {
  int sum = 0;
  for (const TestGrade& test : tests) sum += test.bonus ? test.possible : 0;
  return sum;
}

int Grade::after_penalty() const {
  return static_cast<int>((std::int64_t{points()} * std::max(0, 100 - late_penalty) + 50) / 100);
}

std::string to_json(const Grade& grade) {
  auto text = [](const auto& item) { return written(item); };
  return Object()
             .member("format", "socket-labs-grade-1")
             .member("submission", grade.submission)
             .member("learner", grade.learner)
             .member("lab", grade.lab)
             .member("lab_title", grade.lab_title)
             .member("state", grade.state)
             .member("points", grade.points())
             .member("possible", grade.possible())
             .member("bonus_possible", grade.bonus())
             .member("submitted", grade.submitted)
             .member("submitted_from", grade.submitted_from)
             .member("days_late", grade.days_late)
             .member("late_penalty", grade.late_penalty)
             .member("points_after_penalty", grade.after_penalty())
             .list("notes", grade.notes, json_quoted)
             .member("key", grade.key)
             .member("containment", grade.containment)
             .member("seed", std::to_string(grade.seed))
             .member("looks_like", grade.looks_like)
             .member("looks_like_text", grade.looks_like_text)
             .list("programs", grade.programs, text)
             .list("parts", grade.parts, text)
             .list("tests", grade.tests, text)
             .text() +
         "\n";
}

Grade grade_from(const Json& json) {
  if (json["format"].text() != "socket-labs-grade-1") throw std::runtime_error("not a grade of this program");
  Grade grade;
  grade.submission = json["submission"].text();
  grade.learner = json["learner"].text();
  grade.lab = json["lab"].text();
  grade.lab_title = json["lab_title"].text();
  grade.state = json["state"].text();
  for (const Json& note : json["notes"].items()) grade.notes.push_back(note.text());
  grade.key = json["key"].text();
  grade.containment = json["containment"].text();
  grade.seed = std::strtoull(json["seed"].text().c_str(), nullptr, 10);
  grade.looks_like = json["looks_like"].text();
  grade.looks_like_text = json["looks_like_text"].text();
  grade.submitted = json["submitted"].text();
  grade.submitted_from = json["submitted_from"].text();
  grade.days_late = whole(json["days_late"]);
  grade.late_penalty = whole(json["late_penalty"]);
  if (grade.late_penalty < 0 || grade.late_penalty > 100) throw std::runtime_error("a penalty that no grade has");
  if (json["tests"].items().size() > 1000) throw std::runtime_error("more tests than any lab has");
  for (const Json& item : json["programs"].items())
    grade.programs.push_back({item["name"].text(), item["state"].text(), item["errors"].text()});
  for (const Json& item : json["parts"].items())
    grade.parts.push_back({item["id"].text(), item["title"].text(), whole(item["points"]), whole(item["possible"])});
  for (const Json& item : json["tests"].items()) grade.tests.push_back(test_from(item));
  return grade;
}

}  // namespace classroom

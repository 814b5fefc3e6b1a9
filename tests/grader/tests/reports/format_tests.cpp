// Every format by its published rules, and all of them agree to the point.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdlib>
#include <regex>
#include <set>
#include <sstream>

#include "class/report/formats.hpp"
#include "class/report/text.hpp"
#include "readers.hpp"
#include "some_class.hpp"

using namespace classroom;
using Catch::Matchers::ContainsSubstring;
using harness::Json;

namespace {

int whole(const Json& json) {
  REQUIRE(json.kind() == Json::Kind::number);
  REQUIRE(json.number() == static_cast<int>(json.number()));
  return static_cast<int>(json.number());
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Grades final_grades() {
  Grades grades = some_class();
  std::erase_if(grades, [](const Grade& grade) { return !is_final(grade); });
  return grades;
}

const Classroom50 run{"course", "lab02", "submit/1", "commit", "release", "review"};

std::pair<Json, Json> autolab_lines(const Grade& grade) {
  std::istringstream lines(autolab_output(grade));
  std::string first, last, more;
  std::getline(lines, first);
  std::getline(lines, last);
  REQUIRE_FALSE(std::getline(lines, more));
  // Autolab reads the last line after this.
  return {read_json(first), read_json(std::regex_replace(last, std::regex("([a-zA-Z0-9]+):"), "\"$1\":"))};
}

std::size_t column(const std::vector<std::string>& header, const std::string& name) {
  auto found = std::find(header.begin(), header.end(), name);
  REQUIRE(found != header.end());
  return static_cast<std::size_t>(found - header.begin());
}

int number_in(const std::string& text) {
  REQUIRE_FALSE(text.empty());
  return std::atoi(text.c_str());
}

}  // namespace

TEST_CASE("All formats agree to the point") {
  Grades grades = some_class();
  auto rows = read_csv(gradebook_csv(grades));
  Xml xml = read_xml(junit_xml(grades));
  Json list = read_json(class_json(grades));
  std::string page = class_page(grades);
  REQUIRE(rows.size() == grades.size() + 1);
  REQUIRE(xml.children.size() == grades.size());
  REQUIRE(list["grades"].items().size() == grades.size());

  std::set<int> totals;
  for (std::size_t i = 0; i < grades.size(); ++i) {
    const Grade& grade = grades[i];
    CAPTURE(grade.submission);
    int total = grade.after_penalty();
    CHECK(whole(list["grades"].items()[i]["points_after_penalty"]) == total);
    CHECK(number_in(xml.children[i].property("points_after_penalty")) == total);
    if (!is_final(grade)) {
      CHECK(rows[i + 1][column(rows[0], "total")].empty());
      continue;
    }
    totals.insert(total);
    CHECK(number_in(rows[i + 1][column(rows[0], "total")]) == total);
    CHECK(whole(read_json(gradescope_results(grade))["score"]) == total);
    CHECK(whole(read_json(classroom50_result(grade, run))["score"]) == total);
    int scores = 0;
    Json last = autolab_lines(grade).second;
    for (const auto& [name, score] : last["scores"].members()) scores += whole(score);
    CHECK(scores == total);
    std::smatch shown;
    REQUIRE(std::regex_search(page, shown,
                              std::regex("id=\"lab02-" + std::to_string(i) + "\"[^]*?class=\"number\">([0-9]+) of ")));
    CHECK(number_in(shown[1]) == total);
  }
  CHECK(totals == std::set<int>{0, 25, 30, 34, 50, 90, 105});
}

TEST_CASE("The points of the tests and parts add up to the points before the penalty") {
  for (const Grade& grade : final_grades()) {
    CAPTURE(grade.submission);
    int shown = 0, parts = 0, cases = 0;
    Json result = read_json(gradescope_results(grade));
    for (const Json& test : result["tests"].items()) shown += static_cast<int>(test["score"].number());
    CHECK(shown == grade.points());
    auto rows = read_csv(gradebook_csv({grade}));
    for (std::size_t i = 4; i < column(rows[0], "points"); ++i) parts += number_in(rows[1][i]);
    CHECK(parts == grade.points());
    Xml xml = read_xml(junit_xml({grade}));
    for (const Xml* test : xml.all("testcase")) cases += number_in(test->property("points"));
    CHECK(cases == grade.points());
  }
}

TEST_CASE("A grade keeps its schema, and reads back as it was written") {
  Json schema = read_json(harness::text_of(SOURCE "/tests/grader/class/grade.schema.json"));
  for (const Grade& grade : some_class()) {
    CAPTURE(grade.submission);
    std::string text = to_json(grade);
    CHECK(breaks(schema, read_json(text)).empty());
    CHECK(to_json(grade_from(Json::parse(text))) == text);
  }
  // The reader of schemas is worth something.
  Grade grade = some_class()[0];
  grade.tests[0].state = "perfect";
  CHECK(breaks(schema, read_json(to_json(grade))) == "$.tests[0].state is none of the words: perfect");
  CHECK_THAT(breaks(schema, Json::parse("{\"format\": \"socket-labs-grade-1\"}")),
             ContainsSubstring("has no submission"));
}

// https://gradescope-autograders.readthedocs.io/en/latest/specs/
TEST_CASE("Gradescope: every test is visible or a hidden one without points, so the learner sees the total") {
  bool some_hidden = false;
  for (const Grade& grade : final_grades()) {
    CAPTURE(grade.submission);
    Json result = read_json(gradescope_results(grade));
    CHECK(result["visibility"].text() == "visible");
    CHECK(result["stdout_visibility"].text() == "hidden");
    CHECK(result["output"].kind() == Json::Kind::string);
    CHECK(result["execution_time"].number() >= 0);
    for (const Json& test : result["tests"].items()) {
      const std::string& visibility = test["visibility"].text();
      CHECK((visibility == "visible" || visibility == "hidden"));
      CHECK(test["name"].kind() == Json::Kind::string);
      CHECK(test["output"].kind() == Json::Kind::string);
      for (const Json& tag : test["tags"].items()) CHECK(tag.kind() == Json::Kind::string);
      if (visibility == "hidden") {
        some_hidden = true;
        CHECK(test["score"].is_null());
        CHECK(test["max_score"].is_null());
      } else {
        CHECK(whole(test["score"]) <= whole(test["max_score"]));
        CHECK_FALSE(contains(test["name"].text() + test["output"].text(), "Nothing leaks"));
      }
    }
  }
  CHECK(some_hidden);
}

// https://github.com/foundation50/classroom50/wiki/Advanced-Autograding, "The result.json contract"
TEST_CASE("Classroom 50: whole numbers from 0 to their maximum that add up, and no empty text") {
  for (const Grade& grade : final_grades()) {
    CAPTURE(grade.submission);
    std::string text = classroom50_result(grade, run);
    Json result = read_json(text);
    CHECK(result["schema"].text() == "classroom50/result/v1");
    for (const char* key : {"classroom", "assignment", "submission", "commit", "release", "review", "datetime"})
      CHECK_FALSE(result[key].text().empty());
    CHECK(std::regex_match(result["datetime"].text(), std::regex("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ")));
    int score = 0, most = 0;
    for (const Json& test : result["tests"].items()) {
      CHECK_FALSE(test["test-name"].text().empty());
      CHECK(test["passed"].kind() == Json::Kind::boolean);
      CHECK(whole(test["score"]) >= 0);
      CHECK(whole(test["score"]) <= whole(test["max-score"]));
      score += whole(test["score"]);
      most += whole(test["max-score"]);
    }
    CHECK(score == whole(result["score"]));
    CHECK(most == whole(result["max-score"]));
    CHECK_FALSE(contains(text, "Nothing leaks"));
  }
  Grade nobody;
  nobody.lab = "lab02";
  nobody.submission = "s";
  Classroom50 unset = Classroom50::from_environment(nobody);
  CHECK(unset.assignment == "lab02");
  CHECK(unset.submission == "submit/s");
}

// https://docs.autolabproject.com/lab/ and /features/formatted-feedback/
TEST_CASE("Autolab: two lines, every stage is there, the scores survive what Autolab does to them") {
  for (const Grade& grade : final_grades()) {
    CAPTURE(grade.submission);
    auto [stages, last] = autolab_lines(grade);
    CHECK(stages["_presentation"].text() == "semantic");
    REQUIRE_FALSE(stages["stages"].items().empty());
    CHECK(stages.members().size() == stages["stages"].items().size() + 2);
    for (const Json& stage : stages["stages"].items()) {
      REQUIRE(stages[stage.text()].kind() == Json::Kind::object);
      for (const auto& [name, result] : stages[stage.text()].members())
        CHECK(result["passed"].kind() == Json::Kind::boolean);
    }
    for (const auto& [name, score] : last["scores"].members()) {
      CHECK(whole(score) >= 0);
      CHECK(stages[name].kind() == Json::Kind::object);
    }
    CHECK(whole(last["scoreboard"].items().at(0)) == grade.after_penalty());
    CHECK_FALSE(contains(autolab_output(grade), "Nothing leaks"));
  }
}

TEST_CASE("Autolab: a part's title with a colon is no WORD:") {
  Grade grade = some_class()[0];
  grade.parts[0].title = "listen: and announce";
  CHECK(autolab_lines(grade).second["scores"].members().contains("02.1 listen  and announce"));
}

TEST_CASE("JUnit: failures, errors and skipped tests are told apart, counted, and found in the sources") {
  Grades grades = some_class();
  Xml xml = read_xml(junit_xml(grades));
  CHECK(xml.name == "testsuites");
  std::set<std::string> types;
  for (const Xml& suite : xml.children) {
    CHECK(suite.name == "testsuite");
    auto count = [&suite](const char* element) { return static_cast<int>(suite.all(element).size()); };
    CHECK(number_in(suite.attributes.at("tests")) == count("testcase"));
    CHECK(number_in(suite.attributes.at("failures")) == count("failure"));
    CHECK(number_in(suite.attributes.at("errors")) == count("error"));
    CHECK(number_in(suite.attributes.at("skipped")) == count("skipped"));
    for (const Xml* test : suite.all("testcase")) {
      bool hidden = test->attributes.at("name").starts_with("hidden test ");
      CHECK(hidden != test->attributes.contains("file"));
      if (!hidden) CHECK(number_in(test->attributes.at("line")) == 40);
    }
    for (const char* element : {"failure", "error"})
      for (const Xml* one : suite.all(element)) {
        types.insert(std::string(element) + " " + one->attributes.at("type"));
        CHECK_FALSE(one->attributes.at("message").empty());
        CHECK_FALSE(one->text.empty());
      }
  }
  CHECK(types == std::set<std::string>{"failure wrong", "failure not started", "error crashed", "error timed out",
                                       "error does not build"});
  CHECK_FALSE(contains(junit_xml(grades), "Nothing leaks"));
}

TEST_CASE("The gradebook carries every name, and none of them is a formula") {
  Grades grades = some_class();
  auto rows = read_csv(gradebook_csv(grades));
  for (std::size_t i = 0; i < grades.size(); ++i) {
    std::string name = rows[i + 1][column(rows[0], "learner")];
    CAPTURE(grades[i].learner, name);
    if (grades[i].submission == "formula")
      CHECK(name == "'" + grades[i].learner);
    else if (grades[i].submission != "bytes")
      CHECK(name == grades[i].learner);
    for (const std::string& field : rows[i + 1])
      CHECK((field.empty() || std::string("=+-@\t\r").find(field[0]) == std::string::npos));
  }
  Grade grade = grades[0];
  for (const char* start : {"=", "+", "-", "@", "\t", "\r"}) {
    grade.learner = std::string(start) + "1";
    CHECK(read_csv(gradebook_csv({grade}))[1][1] == "'" + grade.learner);
  }
}

TEST_CASE("A lab with more than nine parts keeps them in their order in the gradebook") {
  Grade grade = some_class()[0];
  grade.parts = {{"02.9", "nine", 0, 0}, {"02.10", "ten", 0, 0}, {"02.1", "one", 0, 0}, {"02.3", "three", 0, 0}};
  auto header = read_csv(gradebook_csv({grade}))[0];
  CHECK(std::vector<std::string>(header.begin() + 4, header.begin() + 8) ==
        std::vector<std::string>{"02.1 one", "02.3 three", "02.9 nine", "02.10 ten"});
}

TEST_CASE("The page needs no network, and nobody's name or output becomes part of it") {
  std::string page = class_page(some_class());
  CHECK_FALSE(contains(page, "<script>alert"));
  CHECK(contains(page, "&lt;script&gt;alert(1)&lt;/script&gt;"));
  CHECK(std::regex_search(page, std::regex("data-find=\"[^\"<>]*&lt;script&gt;alert\\(&#39;name")));
  for (const char* remote : {"src=", "@import", "url(", "<link", "<img"}) CHECK_FALSE(contains(page, remote));
  CHECK(contains(page, "name=\"viewport\""));
  CHECK(contains(page, "prefers-color-scheme:dark"));
  CHECK(page.find('\033') == std::string::npos);
  CHECK(contains(page, "7 of 11 failed"));
  CHECK(contains(page, "3 times: the first piece that recv gives is taken for the whole message"));
  CHECK(contains(class_page({}), "No submissions"));
}

TEST_CASE("Shares are whole, add up, and take nobody more than there was") {
  for (int total : {0, 1, 33, 67, 99, 100}) {
    std::vector<int> points{7, 0, 13, 50, 1, 29}, part = shares(points, total);
    int sum = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      CHECK(part[i] >= 0);
      CHECK(part[i] <= points[i]);
      sum += part[i];
    }
    CHECK(sum == total);
  }
  CHECK(shares({0, 0}, 0) == std::vector<int>{0, 0});
}

#include "grade.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace classroom {
namespace {

using harness::Json;

// Unlike harness::json_string, which carries any bytes, this is what other programs read too: UTF-8 stays as it is, and
// what is not UTF-8 (RFC 3629) becomes U+FFFD.
std::size_t length_of_character(const std::string& text, std::size_t at) {
  auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  unsigned first = byte(at);
  std::size_t length = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  bool overlong = (first == 0xe0 && byte(at + 1) < 0xa0) || (first == 0xf0 && byte(at + 1) < 0x90);
  bool surrogate = first == 0xed && byte(at + 1) >= 0xa0, beyond = first == 0xf4 && byte(at + 1) >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

std::string quoted(const std::string& text) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    auto byte = static_cast<unsigned char>(text[i]);
    std::size_t length = length_of_character(text, i);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text[i];
    } else if (byte == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else if (length == 0) {
      out += "\xef\xbf\xbd";
    } else {
      out.append(text, i, length);
    }
    i += std::max<std::size_t>(length, 1);
  }
  return out + '"';
}

// Writes one object; its members are written by `member` in the order of the calls.
class Object {
 public:
  Object& member(const char* key, const std::string& text) { return raw(key, quoted(text)); }
  Object& member(const char* key, const char* text) { return raw(key, quoted(text)); }
  Object& member(const char* key, bool value) { return raw(key, value ? "true" : "false"); }
  Object& member(const char* key, int value) { return raw(key, std::to_string(value)); }
  Object& member(const char* key, double value) {
    std::ostringstream text;
    text << std::round(value * 1000) / 1000;
    return raw(key, text.str());
  }
  template <class Items, class Write>
  Object& list(const char* key, const Items& items, Write write) {
    std::string all;
    for (const auto& item : items) all += (all.empty() ? "\n  " : ",\n  ") + write(item);
    return raw(key, "[" + all + "]");
  }
  std::string text() const { return "{" + members_ + "}"; }

 private:
  Object& raw(const char* key, const std::string& value) {
    members_ += (members_.empty() ? "" : ", ") + quoted(key) + ": " + value;
    return *this;
  }
  std::string members_;
};

std::string written(const ProgramGrade& program) {
  return Object().member("name", program.name).member("state", program.state).member("errors", program.errors).text();
}

std::string written(const PartGrade& part) {
  return Object().member("id", part.id).member("title", part.title).member("points", part.points).member("possible", part.possible).text();
}

std::string written(const TestGrade& test) {
  return Object().member("id", test.id).member("title", test.title).member("part", test.part).member("state", test.state)
      .member("points", test.points).member("possible", test.possible).member("extra", test.extra).member("bonus", test.bonus)
      .member("hidden", test.hidden).member("seconds", test.seconds).member("file", test.file).member("line", test.line)
      .member("failure", test.failure).member("message", test.message).member("first_verdict", test.first_verdict).text();
}

int whole(const Json& json) { return static_cast<int>(json.number()); }

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

int Grade::after_penalty() const { return (points() * std::max(0, 100 - late_penalty) + 50) / 100; }

std::string to_json(const Grade& grade) {
  auto text = [](const auto& item) { return written(item); };
  return Object().member("format", "socket-labs-grade-1")
      .member("submission", grade.submission).member("learner", grade.learner)
      .member("lab", grade.lab).member("lab_title", grade.lab_title).member("state", grade.state)
      .member("points", grade.points()).member("possible", grade.possible()).member("bonus_possible", grade.bonus())
      .member("days_late", grade.days_late).member("late_penalty", grade.late_penalty).member("points_after_penalty", grade.after_penalty())
      .list("notes", grade.notes, quoted)
      .member("key", grade.key).member("containment", grade.containment).member("seed", std::to_string(grade.seed))
      .member("looks_like", grade.looks_like).member("looks_like_text", grade.looks_like_text)
      .list("programs", grade.programs, text).list("parts", grade.parts, text).list("tests", grade.tests, text).text() + "\n";
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
  grade.days_late = whole(json["days_late"]);
  grade.late_penalty = whole(json["late_penalty"]);
  for (const Json& item : json["programs"].items()) grade.programs.push_back({item["name"].text(), item["state"].text(), item["errors"].text()});
  for (const Json& item : json["parts"].items())
    grade.parts.push_back({item["id"].text(), item["title"].text(), whole(item["points"]), whole(item["possible"])});
  for (const Json& item : json["tests"].items()) grade.tests.push_back(test_from(item));
  return grade;
}

}  // namespace classroom

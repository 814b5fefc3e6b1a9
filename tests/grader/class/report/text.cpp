#include "class/report/text.hpp"

#include <algorithm>
#include <numeric>

#include "class/json_writer.hpp"

namespace classroom {

std::string markup(const std::string& text) {
  std::string clean = utf8(text), out;
  for (std::size_t i = 0; i < clean.size(); ++i) {
    char c = clean[i];
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\n' && c != '\t') continue;
    // U+FFFE and U+FFFF are no characters of XML.
    if (byte == 0xef && (clean.compare(i, 3, "\xef\xbf\xbe") == 0 || clean.compare(i, 3, "\xef\xbf\xbf") == 0)) {
      i += 2;
      continue;
    }
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::vector<PartGrade> parts_of(const Grade& grade) {
  std::vector<PartGrade> parts;
  for (const PartGrade& part : grade.parts) parts.push_back({part.id, part.title, 0, 0});
  for (const TestGrade& test : grade.tests) {
    auto part = std::find_if(parts.begin(), parts.end(), [&test](const PartGrade& p) { return p.id == test.part; });
    if (part == parts.end()) part = parts.insert(parts.end(), {test.part, "", 0, 0});
    part->points += test.points;
    part->possible += test.bonus ? 0 : test.possible;
  }
  return parts;
}

std::vector<int> shares(const std::vector<int>& points, int total) {
  int sum = std::accumulate(points.begin(), points.end(), 0), before = 0, given = 0;
  std::vector<int> result;
  for (int p : points) {
    before += p;
    int upto = sum == 0 ? 0 : before * total / sum;
    result.push_back(upto - given);
    given = upto;
  }
  return result;
}

std::string explanation(const TestGrade& test) {
  if (!test.message.empty()) return test.message;
  if (!test.failure.empty()) return test.failure;
  if (test.state == "blocked") return "blocked: a more basic test must pass first";
  if (test.state == "skipped") return "not counted: the machine that graded cannot run this test";
  return test.state;
}

std::string penalty_text(const Grade& grade) {
  if (grade.late_penalty <= 0) return "";
  return std::to_string(grade.days_late) + (grade.days_late == 1 ? " day late: " : " days late: ") +
         std::to_string(grade.late_penalty) + " percent off";
}

std::string summary(const Grade& grade) {
  std::string text = grade.lab + " " + grade.lab_title + ": " + std::to_string(grade.after_penalty()) + " of " +
                     std::to_string(grade.possible());
  if (grade.bonus() > 0) text += " (and up to " + std::to_string(grade.bonus()) + " of bonus)";
  text += "\n";
  if (grade.state == "unusable") text += "There was nothing in this submission that could be graded.\n";
  if (grade.late_penalty > 0)
    text += penalty_text(grade) + ", from " + std::to_string(grade.points()) + " to " +
            std::to_string(grade.after_penalty()) + "\n";
  for (const std::string& note : grade.notes) text += note + "\n";
  for (const ProgramGrade& program : grade.programs)
    if (program.state != "built")
      text += "\n" + program.name + (program.state == "does not build" ? " " : " is ") + program.state + "\n" +
              program.errors;
  if (!grade.looks_like_text.empty())
    text += "\nA guess: this looks like a known mistake: " + grade.looks_like_text + "\n";
  return text;
}

}  // namespace classroom

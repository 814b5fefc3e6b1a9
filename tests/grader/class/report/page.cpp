// The instructor's page: how the class fared, which test stops most learners, and each submission as its learner sees
// it.
#include <algorithm>
#include <iomanip>
#include <sstream>

#include "class/report/formats.hpp"
#include "class/report/page_parts.hpp"
#include "class/report/statistics.hpp"
#include "class/report/text.hpp"

namespace classroom {
namespace page {
namespace {

std::string number(double value) {
  std::ostringstream text;
  text << std::setprecision(4) << value;
  return text.str();
}

std::string of(int count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// A name keeps its writing direction to itself.
std::string name(const Grade& grade) {
  return "<bdi>" + markup(grade.learner.empty() ? grade.submission : grade.learner) + "</bdi>";
}

std::string state(const std::string& word) {
  bool good = word == "passed" || word == "graded",
       soft = word == "not started" || word == "blocked" || word == "skipped" || word == "waiting";
  bool bad = word == "wrong" || word == "crashed" || word == "does not build" || word == "not graded";
  return std::string("<span class=\"state") +
         (good   ? " good"
          : soft ? " soft"
          : bad  ? " bad"
                 : "") +
         "\">" + markup(word) + "</span>";
}

std::string bar(int part, int whole) {
  return "<span class=\"track\"><span class=\"bar\" style=\"width:" +
         std::to_string(whole > 0 ? 100 * part / whole : 0) + "%\"></span></span>";
}

std::string distribution(const Statistics& all) {
  int most = *std::max_element(all.bins.begin(), all.bins.end());
  std::string text = "<h2>Scores</h2>\n<ul class=\"bars\">\n";
  for (std::size_t i = all.bins.size(); i-- > 0;) {
    std::string label =
        i == 10 ? "100 % and more" : std::to_string(10 * i) + " to " + std::to_string(10 * i + 9) + " %";
    text += "<li><span class=\"number\">" + label + "</span>" + bar(all.bins[i], most) + "<span class=\"number\">" +
            std::to_string(all.bins[i]) + "</span></li>\n";
  }
  return text + "</ul>\n";
}

std::string mistakes(const TestStatistics& test) {
  std::vector<std::pair<int, std::string>> list;
  for (const auto& [mistake, count] : test.mistakes) list.emplace_back(count, mistake);
  std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text;
  for (const auto& [count, mistake] : list) text += "<li>" + of(count, "time") + ": " + markup(mistake) + "</li>";
  return text.empty() ? "" : "<ul class=\"why\">" + text + "</ul>";
}

std::string stops(const Statistics& all) {
  std::string text = "<h2>Which test stops most learners</h2>\n";
  if (all.tests.empty()) return text + "<p class=\"soft\">Nobody failed a test.</p>\n";
  text +=
      "<p class=\"soft\">A test stops a learner when it is the first that failed. Below it: the recorded mistakes that "
      "those who failed it seem to "
      "have made, a guess.</p>\n";
  for (const TestStatistics& test : all.tests) {
    text += "<div class=\"stop\"><h3>" + markup(test.id + " " + test.title) +
            (test.hidden ? " <span class=\"soft\">(hidden)</span>" : "") + "</h3>";
    text += "<ul class=\"bars\"><li>" + bar(test.failed, all.final_grades) + "<span class=\"number\">" +
            std::to_string(test.failed) + " of " + std::to_string(test.judged) + " failed</span></li></ul>";
    std::string how = test.first > 0 ? "stops " + of(test.first, "learner") : "";
    if (test.blocked > 0)
      how += (how.empty() ? "" : ", ") + std::string("not reached by ") + std::to_string(test.blocked);
    text += "<span class=\"soft\">" + how + "</span>" + mistakes(test) + "</div>\n";
  }
  return text;
}

std::string cell(const std::string& sort, const std::string& shown, const char* kind = "") {
  return std::string("<td") + kind + " data-sort=\"" + markup(sort) + "\">" + shown + "</td>";
}

std::string total(const Grade& grade) { return is_final(grade) ? std::to_string(grade.after_penalty()) : "none yet"; }

// What the search looks in.
std::string found_by(const Grade& grade) {
  return " data-find=\"" + markup(grade.learner + " " + grade.submission + " " + grade.state + " " + grade.looks_like) +
         "\"";
}

std::string row(const Grade& grade, const std::string& anchor) {
  std::string stop = stopped_at(grade);
  return "<tr" + found_by(grade) + ">" +
         cell(grade.learner.empty() ? grade.submission : grade.learner,
              "<a href=\"#" + anchor + "\">" + name(grade) + "</a>", " class=\"learner\"") +
         cell(is_final(grade) ? total(grade) : "-1", total(grade), " class=\"number\"") +
         cell(grade.state, state(grade.state)) +
         cell(std::to_string(grade.late_penalty),
              grade.late_penalty > 0 ? "-" + std::to_string(grade.late_penalty) + " %" : "", " class=\"number wide\"") +
         cell(stop, markup(stop), " class=\"id\"") +
         cell(grade.looks_like, markup(grade.looks_like), " class=\"wide\"") + "</tr>\n";
}

std::string table(const std::vector<const Grade*>& grades, const std::string& lab) {
  std::string text =
      "<h2>Submissions</h2>\n<input type=\"search\" placeholder=\"Find a learner, a state, a mistake\" "
      "aria-label=\"Find\">\n"
      "<table><thead><tr><th><button>Learner</button></th><th "
      "class=\"number\"><button>Total</button></th><th><button>State</button></th>"
      "<th class=\"number wide\"><button>Late</button></th><th><button>Stopped at</button></th><th "
      "class=\"wide\"><button>Looks like</button>"
      "</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < grades.size(); ++i) text += row(*grades[i], lab + "-" + std::to_string(i));
  return text + "</tbody></table>\n";
}

std::string failure(const TestGrade& test) {
  return "<div class=\"failure\"><h4>" + markup(test.id + " " + test.title) +
         (test.hidden ? " <span class=\"soft\">(hidden)</span>" : "") + " " + state(test.state) +
         " <span class=\"soft\">" + std::to_string(test.points) + " of " + std::to_string(test.possible) +
         "</span></h4>" +
         (test.first_verdict.empty() || test.first_verdict == test.state
              ? ""
              : "<p class=\"soft\">judged twice; first: " + markup(test.first_verdict) + "</p>") +
         "<pre>" + markup(explanation(test)) + "</pre></div>\n";
}

std::string one(const Grade& grade, const std::string& anchor) {
  std::string text = "<details class=\"one\" id=\"" + anchor + "\"" + found_by(grade) + "><summary><b>" + name(grade) +
                     "</b>" + state(grade.state) + "<span class=\"number\">" + total(grade) +
                     (is_final(grade) ? " of " + std::to_string(grade.possible()) : "") + "</span></summary><div>\n";
  text += "<p class=\"soft\">Submission <bdi>" + markup(grade.submission) + "</bdi></p>\n<pre class=\"prose\">" +
          markup(summary(grade)) + "</pre>\n";
  std::string passed, waiting;
  for (const TestGrade& test : grade.tests) {
    if (test.state == "passed")
      passed += (passed.empty() ? "" : ", ") + markup(test.id);
    else if (test.state == "blocked" || test.state == "not started" || test.state == "waiting")
      waiting += (waiting.empty() ? "" : ", ") + markup(test.id + " (" + test.state + ")");
    else
      text += failure(test);
  }
  if (!passed.empty()) text += "<p class=\"soft\">Passed: " + passed + "</p>\n";
  if (!waiting.empty()) text += "<p class=\"soft\">Not reached: " + waiting + "</p>\n";
  return text + "</div></details>\n";
}

std::string counts(const std::vector<const Grade*>& grades, const Statistics& all) {
  std::map<std::string, int> states;
  for (const Grade* grade : grades) ++states[grade->state];
  std::string text = of(static_cast<int>(grades.size()), "submission");
  for (const auto& [word, count] : states) text += ", " + std::to_string(count) + " " + markup(word);
  if (all.final_grades > 0) text += ". Median " + number(all.median) + ", mean " + number(all.mean);
  return "<p class=\"soft\">" + text + "</p>\n";
}

std::string section(const std::vector<const Grade*>& grades) {
  const std::string& lab = grades.front()->lab;
  Statistics all = statistics(grades);
  std::string text = "<section class=\"class\">\n<h1>" + markup(lab + " " + grades.front()->lab_title) + "</h1>\n" +
                     counts(grades, all);
  text += distribution(all) + table(grades, markup(lab)) + stops(all) + "<h2>Each submission</h2>\n";
  for (std::size_t i = 0; i < grades.size(); ++i) text += one(*grades[i], markup(lab) + "-" + std::to_string(i));
  return text + "</section>\n";
}

}  // namespace
}  // namespace page

std::string class_page(const Grades& grades) {
  std::map<std::string, std::vector<const Grade*>> labs;
  for (const Grade& grade : grades) labs[grade.lab].push_back(&grade);
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Socket Labs: the class</title>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'\">\n<style>";
  text += std::string(page::style) + "</style></head>\n<body>\n";
  for (const auto& [lab, of_lab] : labs) text += page::section(of_lab);
  if (labs.empty()) text += "<h1>No submissions</h1>\n";
  return text + "<script>" + page::script + "</script>\n</body></html>\n";
}

}  // namespace classroom

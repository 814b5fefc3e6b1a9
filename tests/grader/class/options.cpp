#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "course.hpp"
#include "files.hpp"

namespace classroom {
namespace options {
namespace {

constexpr long long day = 24 * 60 * 60;

int number(const std::string& text, int least, int most) {
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
    throw std::runtime_error("\"" + text + "\" is no whole number from " + std::to_string(least) + " to " +
                             std::to_string(most));
  return value;
}

// "02.5.1"
std::string test_id(const std::string& text) {
  bool right = std::count(text.begin(), text.end(), '.') == 2 && text.size() >= 6 && text[2] == '.' &&
               text.find_first_not_of("0123456789.") == std::string::npos && text.back() != '.' &&
               text.find("..") == std::string::npos;
  if (!right) throw std::runtime_error("\"" + text + "\" is no test; they are numbered like 02.5.1");
  return text;
}

std::string lab_id(const std::string& text) {
  if (text.size() != 5 || !text.starts_with("lab") || text.find_first_not_of("0123456789", 3) != std::string::npos)
    throw std::runtime_error("\"" + text + "\" is no lab; they are called like lab02");
  return text;
}

bool on_or_off(const std::string& text) {
  if (text != "on" && text != "off") throw std::runtime_error("\"" + text + "\" is neither on nor off");
  return text == "on";
}

void strip(std::string& text) {
  text.erase(0, std::min(text.find_first_not_of(" \t\r"), text.size()));
  text.erase(text.find_last_not_of(" \t\r") + 1);
}

// Two columns, the last comma between them; a first line without a time is a heading.
std::map<std::string, std::string> read_times(const std::string& path) {
  std::istringstream lines(harness::text_of(path));
  std::map<std::string, std::string> times;
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    ++count;
    strip(line);
    if (line.empty()) continue;
    std::size_t comma = line.rfind(',');
    try {
      if (comma == std::string::npos) throw std::runtime_error("a line is SUBMISSION,TIME");
      std::string name = line.substr(0, comma), time = line.substr(comma + 1);
      strip(name);
      strip(time);
      times[name] = utc_text(time_from(time));
    } catch (const std::runtime_error& error) {
      if (count > 1) throw std::runtime_error(path + ":" + std::to_string(count) + ": " + error.what());
    }
  }
  return times;
}

struct Words {
  std::istringstream rest;

  std::string next(const char* what) {
    std::string word;
    if (!(rest >> word)) throw std::runtime_error(std::string(what) + " is missing");
    return word;
  }

  std::string to_the_end(const char* what) {
    std::string text;
    std::getline(rest, text);
    strip(text);
    if (text.empty()) throw std::runtime_error(std::string(what) + " is missing");
    return text;
  }

  void end() {
    std::string word;
    if (rest >> word) throw std::runtime_error("\"" + word + "\" is too much");
  }
};

void read_late(Words& words, Options& result) {
  std::string what = words.next("grace, free, percent or most");
  if (what == "grace")
    result.grace = number(words.next("the number of minutes"), 0, 24 * 60);
  else if (what == "free")
    result.free_days = number(words.next("the number of days"), 0, 365);
  else if (what == "percent")
    result.percent = number(words.next("the percentage"), 0, 100);
  else if (what == "most")
    result.most = number(words.next("the percentage"), 0, 100);
  else
    throw std::runtime_error("\"" + what + "\" is none of grace, free, percent and most");
}

void read_line(const std::string& line, const std::string& folder, Options& result) {
  Words words{std::istringstream(line)};
  std::string option = words.next("the option");
  if (option == "points") {
    std::string id = test_id(words.next("the test"));
    result.points[id] = number(words.next("the number of points"), 0, 1000);
  } else if (option == "hidden") {
    result.hidden.insert(test_id(words.next("the test")));
  } else if (option == "extra") {
    result.extra = on_or_off(words.next("on or off"));
  } else if (option == "bonus") {
    result.bonus = on_or_off(words.next("on or off"));
  } else if (option == "due") {
    std::string lab = lab_id(words.next("the lab"));
    result.due[lab] = time_from(words.next("the time"));
  } else if (option == "late") {
    read_late(words, result);
  } else if (option == "times") {
    std::filesystem::path table = words.to_the_end("the table");
    result.times = read_times((table.is_absolute() ? table : folder / table).string());
  } else if (option == "extension") {
    int days = number(words.next("the number of days"), 0, 365);
    result.extensions[words.to_the_end("the submission")] = days;
  } else {
    throw std::runtime_error("there is no option called " + option);
  }
  words.end();
}

void recount_parts(Grade& grade) {
  for (PartGrade& part : grade.parts) {
    part.points = part.possible = 0;
    for (const TestGrade& test : grade.tests) {
      if (test.part != part.id) continue;
      part.points += test.points;
      part.possible += test.bonus ? 0 : test.possible;
    }
  }
}

void add_note(Grade& grade, const std::string& note) {
  if (std::find(grade.notes.begin(), grade.notes.end(), note) == grade.notes.end()) grade.notes.push_back(note);
}

void apply_lateness(const Options& options, Grade& grade) {
  if (auto time = options.times.find(grade.submission); time != options.times.end()) {
    grade.submitted = time->second;
    grade.submitted_from = "table";
  }
  auto due = options.due.find(grade.lab);
  if (due == options.due.end()) return;
  grade.days_late = grade.late_penalty = 0;
  if (grade.submitted.empty())
    return add_note(grade, "When this was handed in is not known, so nothing was taken off for lateness.");
  long long limit = due->second + options.grace * 60;
  if (auto more = options.extensions.find(grade.submission); more != options.extensions.end())
    limit += more->second * day;
  long long late = time_from(grade.submitted) - limit;
  if (late <= 0) return;
  // Grace is no part of the first day: who is later than that is late from the due time on.
  grade.days_late = static_cast<int>((late + options.grace * 60 + day - 1) / day);
  if (grade.submitted_from == "files")
    add_note(grade, "When this was handed in is not known; its newest file is of " + grade.submitted + ".");
  grade.late_penalty = std::min(options.most, options.percent * std::max(0, grade.days_late - options.free_days));
}

}  // namespace
}  // namespace options

long long time_from(const std::string& text) {
  std::tm parts{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M", &parts);
  std::string zone = rest ? rest : "";
  if (zone.size() >= 3 && zone[0] == ':') {
    parts.tm_sec = std::atoi(zone.substr(1, 2).c_str());
    zone.erase(0, 3);
  }
  // A fraction of a second, as some platforms write it, does not matter.
  if (zone.starts_with(".")) zone.erase(0, std::min(zone.find_first_not_of("0123456789", 1), zone.size()));
  long long offset = 0;
  bool right = rest != nullptr && zone == "Z";
  if (rest && zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':') {
    right = true;
    offset = (std::atoi(zone.substr(1, 2).c_str()) * 60 + std::atoi(zone.substr(4, 2).c_str())) * 60 *
             (zone[0] == '+' ? 1 : -1);
  }
  if (!right)
    throw std::runtime_error("\"" + text + "\" is no time; write 2026-11-20T23:59:00+01:00, or Z for UTC at the end");
  return static_cast<long long>(::timegm(&parts)) - offset;
}

std::string utc_text(long long time) {
  std::time_t seconds = static_cast<std::time_t>(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

Options parse_options(const std::string& text, const std::string& name) {
  Options result;
  std::istringstream lines(text);
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    ++count;
    line.erase(std::min(line.find('#'), line.size()));
    options::strip(line);
    if (line.empty()) continue;
    try {
      options::read_line(line, std::filesystem::path(name).parent_path().string(), result);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(name + ":" + std::to_string(count) + ": " + error.what());
    }
  }
  return result;
}

Options read_options(const std::string& path) {
  std::string shipped = source_folder() + "/tests/grader/class/options.txt";
  if (path.empty() && !std::filesystem::exists(shipped)) return {};
  const std::string& file = path.empty() ? shipped : path;
  return parse_options(harness::text_of(file), file);
}

void apply(const Options& options, Grade& grade) {
  std::erase_if(grade.tests, [&options](const TestGrade& test) {
    return (test.extra && !options.extra) || (test.bonus && !options.bonus);
  });
  for (TestGrade& test : grade.tests) {
    if (auto points = options.points.find(test.id); points != options.points.end() && test.state != "skipped") {
      test.possible = points->second;
      test.points = test.state == "passed" ? test.possible : 0;
    }
    test.hidden = test.hidden || options.hidden.contains(test.id);
  }
  options::recount_parts(grade);
  options::apply_lateness(options, grade);
}

std::vector<std::string> unknown_tests(const Options& options, const std::vector<Grade>& grades) {
  std::set<std::string> ids = options.hidden;
  for (const auto& [id, points] : options.points) ids.insert(id);
  for (const Grade& grade : grades)
    for (const TestGrade& test : grade.tests) ids.erase(test.id);
  // Of labs that are not in this class nothing can be said.
  std::erase_if(ids, [&grades](const std::string& id) {
    return std::none_of(grades.begin(), grades.end(), [&id](const Grade& grade) {
      return grade.lab == "lab" + id.substr(0, 2) && !grade.tests.empty();
    });
  });
  return {ids.begin(), ids.end()};
}

}  // namespace classroom

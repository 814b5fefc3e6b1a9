#include "nearest.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace {

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string word; in >> word;) all.push_back(word);
  return all;
}

Mistake read_mistake(const std::filesystem::path& path) {
  Mistake mistake;
  mistake.name = path.stem().string();
  std::ifstream file(path);
  for (std::string line; std::getline(file, line) && !line.starts_with("--- ");) {
    std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::string key = line.substr(0, colon), value = line.substr(colon + 1);
    value.erase(0, std::min(value.find_first_not_of(' '), value.size()));
    if (key == "What") mistake.what = value;
    if (key == "Sees") mistake.sees = value;
    if (key == "Says") mistake.says = value;
    if (key == "Caught by") mistake.caught_by = words(value);
    if (key == "May fail")
      for (const std::string& id : words(value)) mistake.may_fail.insert(id);
  }
  for (const std::string& id : mistake.caught_by) mistake.may_fail.insert(id);
  return mistake;
}

bool has_failed(const Job& job) { return job.result.state == "wrong" || job.result.state == "crashed" || job.result.state == "timed out"; }

// How well `mistake` explains the failures, from 0 (not at all) to 1 (exactly these). What was not run says nothing.
double match(const Mistake& mistake, const std::vector<const Job*>& jobs) {
  std::size_t both = 0, either = 0;
  bool said = false;
  for (const Job* job : jobs) {
    bool failed = has_failed(*job), must = std::find(mistake.caught_by.begin(), mistake.caught_by.end(), job->test->id) != mistake.caught_by.end();
    if (failed && !mistake.may_fail.contains(job->test->id)) return 0;
    if (must && job->result.passed()) return 0;
    if (!must && !failed) continue;
    if (failed && must) ++both;
    if (failed || job->result.passed()) ++either;
    if (failed && job->test->id == mistake.caught_by.front()) said = message_says(job->result, mistake.says);
  }
  return said && either > 0 ? static_cast<double>(both) / static_cast<double>(either) : 0;
}

}  // namespace

std::vector<Mistake> recorded_mistakes(const Lab& lab) {
  std::vector<Mistake> all;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(source_folder() + "/tests/" + lab.stem + "/mistakes", error))
    if (entry.path().extension() == ".patch") all.push_back(read_mistake(entry.path()));
  std::sort(all.begin(), all.end(), [](const Mistake& a, const Mistake& b) { return a.name < b.name; });
  return all;
}

bool message_says(const Result& result, const std::string& text) {
  if (result.failure.find(text) != std::string::npos) return true;
  for (const auto& [label, detail] : result.details)
    if (detail.find(text) != std::string::npos || (label + " " + detail).find(text) != std::string::npos) return true;
  return false;
}

const Mistake* nearest(const std::vector<Mistake>& mistakes, const std::vector<const Job*>& jobs) {
  constexpr double good = 0.6, clearly = 0.15;
  const Mistake* best = nullptr;
  double first = 0, second = 0;
  for (const Mistake& mistake : mistakes) {
    double value = match(mistake, jobs);
    if (value > first) {
      second = first;
      first = value;
      best = &mistake;
    } else {
      second = std::max(second, value);
    }
  }
  return first >= good && first - second >= clearly ? best : nullptr;
}

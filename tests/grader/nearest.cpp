#include "nearest.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

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

bool has_failed(const Job& job) {
  return job.result.state == "wrong" || job.result.state == "crashed" || job.result.state == "timed out";
}

// How much two sets of words have in common, from 0 (nothing) to 1 (the same words).
double likeness(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::size_t both = 0;
  for (const std::string& word : a) both += b.contains(word);
  return a.empty() && b.empty() ? 1 : static_cast<double>(both) / static_cast<double>(a.size() + b.size() - both);
}

// How much the failures are like those of `mistake`, from 0 to 1: the mean over the tests that failed here or there.
// What was not run here says nothing.
double match(const Mistake& mistake, const std::vector<const Job*>& jobs) {
  double sum = 0;
  int count = 0;
  for (const Job* job : jobs) {
    auto trace = mistake.traces.find(job->test->id);
    bool failed = has_failed(*job), known = trace != mistake.traces.end();
    if (!failed && !(known && job->result.passed())) continue;
    ++count;
    if (failed && known) sum += likeness(words_of(job->result), trace->second);
  }
  return count == 0 ? 0 : sum / count;
}

std::string traces_file(const Lab& lab) { return source_folder() + "/tests/" + lab.stem + "/mistakes/traces.txt"; }

// A line for each failed test: the mistake, the test, the words.
void read_traces(const Lab& lab, std::vector<Mistake>& mistakes) {
  std::ifstream file(traces_file(lab));
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> all = words(line);
    if (all.size() < 2 || line.starts_with('#')) continue;
    for (Mistake& mistake : mistakes)
      if (mistake.name == all[0]) mistake.traces[all[1]].insert(all.begin() + 2, all.end());
  }
}

// Letters and underscores, at least two: numbers, addresses and random text differ from run to run.
void add_words(const std::string& text, std::set<std::string>& to) {
  std::string word;
  for (char c : text + ' ') {
    if (std::isalpha(static_cast<unsigned char>(c)) || c == '_') {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (std::isdigit(static_cast<unsigned char>(c)) && !word.empty()) {
      word += '#';
    } else {
      if (word.size() >= 2 && word.find('#') == std::string::npos) to.insert(word);
      word.clear();
    }
  }
}

// "   5.06 ms   send(4, 9) = -1 EPIPE (Broken pipe)" as "send()=EPIPE": which calls were made, and which failed.
void add_calls(const std::string& listing, std::set<std::string>& to) {
  std::istringstream lines(listing);
  for (std::string line; std::getline(lines, line);) {
    std::size_t open = line.find('('), from = line.rfind(' ', open);
    if (open == std::string::npos || from == std::string::npos || line.find(" | ") != std::string::npos) continue;
    if (from + 1 == open) continue;  // "(8 earlier)"
    std::string call = line.substr(from + 1, open - from - 1) + "()";
    if (std::size_t failed = line.find(" = -1 "); failed != std::string::npos)
      call += "=" + line.substr(failed + 6, line.find(' ', failed + 6) - failed - 6);
    to.insert(call);
  }
}

}  // namespace

std::vector<Mistake> recorded_mistakes(const Lab& lab) {
  std::vector<Mistake> all;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(source_folder() + "/tests/" + lab.stem + "/mistakes", error))
    if (entry.path().extension() == ".patch") all.push_back(read_mistake(entry.path()));
  std::sort(all.begin(), all.end(), [](const Mistake& a, const Mistake& b) { return a.name < b.name; });
  read_traces(lab, all);
  return all;
}

bool message_says(const Result& result, const std::string& text) {
  if (result.failure.find(text) != std::string::npos) return true;
  for (const auto& [label, detail] : result.details)
    if (detail.find(text) != std::string::npos || (label + " " + detail).find(text) != std::string::npos) return true;
  return false;
}

std::set<std::string> words_of(const Result& result) {
  std::set<std::string> all{result.state == "timed out" ? "(timed_out)" : "(" + result.state + ")"};
  for (const auto& [label, text] : result.details) {
    if (label == "we expected" || label == "what came" || label == "it seems" || label == "its stderr")
      add_words(text, all);
    if (label == "your calls") add_calls(text, all);
  }
  return all;
}

void remember(const Lab& lab, const std::map<std::string, std::map<std::string, std::set<std::string>>>& traces) {
  std::ofstream file(traces_file(lab));
  file << "# What the failures of each recorded mistake say: the mistake, the failed test, the words of its message "
          "without\n"
          "# numbers. Written by `grade proof "
       << lab.id() << " --remember`; the board's guess compares with it.\n";
  for (const auto& [mistake, tests] : traces)
    for (const auto& [id, words] : tests) {
      file << mistake << ' ' << id;
      for (const std::string& word : words) file << ' ' << word;
      file << '\n';
    }
  if (!file.flush()) throw std::runtime_error("cannot write " + traces_file(lab));
}

const Mistake* nearest(const std::vector<Mistake>& mistakes, const std::vector<const Job*>& jobs) {
  constexpr double good = 0.8, clearly = 0.03;
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

#include "equivalents.hpp"

#include <set>
#include <sstream>
#include <stdexcept>

namespace mutants {
namespace {

void add_line(std::string& text, const std::string& line) { text += (text.empty() ? "" : "\n") + line; }

}  // namespace

Equivalents::Equivalents(const std::string& text) {
  std::istringstream lines(text);
  Entry entry;
  auto take = [&] {
    if (entry.file.empty()) return;
    if (entry.before.empty() || entry.reason.empty())
      throw std::runtime_error("an entry for " + entry.file + ", " + entry.rule + " lacks its line or its reason");
    entries_.push_back(entry);
    entry = {};
  };
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#")) continue;
    if (line.empty()) {
      take();
    } else if (entry.file.empty()) {
      std::size_t colon = line.find(": ");
      if (colon == std::string::npos) throw std::runtime_error("neither a file and a rule nor an empty line: " + line);
      entry.file = line.substr(0, colon);
      std::size_t in = line.find(" in ", colon);
      entry.rule = line.substr(colon + 2, in - colon - 2);
      if (in != std::string::npos) entry.function = line.substr(in + 4);
    } else if (line.starts_with("- ") && entry.reason.empty()) {
      add_line(entry.before, line.substr(2));
    } else if (line.starts_with("+ ") && entry.reason.empty()) {
      add_line(entry.after, line.substr(2));
    } else {
      add_line(entry.reason, line);
    }
  }
  take();
}

bool Equivalents::Entry::matches(const std::string& name, const Mutant& mutant) const {
  return file == name && rule == mutant.rule && (function.empty() || function == mutant.function) &&
         before == mutant.before && (after.empty() || after == mutant.after);
}

std::string Equivalents::Entry::heading() const {
  return file + ": " + rule + (function.empty() ? "" : " in " + function) + "\n- " + before;
}

std::string Equivalents::reason(const std::string& file, const Mutant& mutant) const {
  for (const Entry& entry : entries_)
    if (entry.matches(file, mutant)) return entry.reason;
  return "";
}

std::vector<std::string> Equivalents::matching_none(const std::string& file, const std::vector<Mutant>& mutants) const {
  std::vector<std::string> unmatched;
  for (const Entry& entry : entries_) {
    bool matched = entry.file != file;
    for (const Mutant& mutant : mutants) matched = matched || entry.matches(file, mutant);
    if (!matched) unmatched.push_back(entry.heading());
  }
  return unmatched;
}

std::vector<std::string> Equivalents::matching_several(const std::string& file,
                                                       const std::vector<Mutant>& mutants) const {
  std::vector<std::string> unclear;
  for (const Entry& entry : entries_) {
    std::set<std::string> functions;
    for (const Mutant& mutant : mutants)
      if (entry.matches(file, mutant)) functions.insert(mutant.function);
    if (functions.size() < 2) continue;
    std::string text = entry.heading();
    for (const std::string& function : functions) text += "\n  in " + function;
    unclear.push_back(text);
  }
  return unclear;
}

std::vector<std::string> Equivalents::files() const {
  std::vector<std::string> files;
  for (const Entry& entry : entries_) files.push_back(entry.file);
  return files;
}

}  // namespace mutants

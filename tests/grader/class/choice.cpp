#include "choice.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <tuple>

#include "names.hpp"

namespace fs = std::filesystem;

namespace classroom {
namespace {

std::vector<std::string> steps_of(const std::string& path) {
  std::vector<std::string> steps;
  std::istringstream in(path);
  for (std::string step; std::getline(in, step, '/');)
    if (!step.empty() && step != ".") steps.push_back(step);
  return steps;
}

bool is_source(std::string name) {
  std::string ending = name.size() < 4 ? "" : name.substr(name.size() - 4);
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
  return ending == ".cpp" || ending == ".hpp";
}

// `echo_server.cpp` also as `echo_server-1.cpp`, `echo_server (1).cpp` and `lovelaceada_123_456_echo_server.cpp`.
// Neither do large letters matter.
std::string stands_for(std::string name, const std::set<std::string>& wanted) {
  if (wanted.contains(name)) return name;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
  std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return "";
  std::string stem = name.substr(0, dot), ending = name.substr(dot);
  std::size_t end = stem.find_last_not_of("0123456789");
  if (end != std::string::npos && end + 1 < stem.size() && stem[end] == '-') stem.resize(end);
  if (stem.ends_with(")") && stem.rfind(" (") != std::string::npos) stem.resize(stem.rfind(" ("));
  name = stem + ending;
  if (wanted.contains(name)) return name;
  std::string longest;
  for (const std::string& file : wanted)
    if (name.ends_with("_" + file) && file.size() > longest.size()) longest = file;
  return longest;
}

std::string lab_of_folder(const std::string& name) {
  bool lab = name.size() > 3 && std::isdigit(static_cast<unsigned char>(name[0])) &&
             std::isdigit(static_cast<unsigned char>(name[1])) && name[2] == '-';
  return lab ? name : "";
}

struct Candidate {
  std::string folder;
  bool named = false, other = false;  // as this lab; as another
  std::size_t depth = 0;
  std::map<std::string, std::string> files, extra;
};

}  // namespace

std::vector<std::string> files_of(const Lab& lab) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(source_folder() + "/labs/" + lab.stem, error))
    if (std::string name = entry.path().filename().string(); is_source(name)) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

Choice choose(const std::vector<std::string>& paths, const Lab& lab) {
  const std::vector<std::string> names = files_of(lab);
  const std::set<std::string> wanted(names.begin(), names.end());
  static const std::set<std::string> passed_over{"__MACOSX", "solutions", "build", "tests", "docs", "CMakeFiles"};
  std::map<std::string, Candidate> candidates;
  std::map<std::string, std::size_t> other_labs;
  Choice choice;
  for (const std::string& path : paths) {
    std::vector<std::string> steps = steps_of(path);
    if (steps.empty() || !is_source(steps.back())) continue;
    std::string name = steps.back();
    steps.pop_back();
    if (name.starts_with(".") || std::any_of(steps.begin(), steps.end(), [](const std::string& s) {
          return s.starts_with(".") || passed_over.contains(s);
        }))
      continue;
    if (!steps.empty() && steps.back() == "common") {
      choice.helper[name] = path;
      continue;
    }
    std::string folder;
    Candidate found;
    for (const std::string& step : steps) folder += step + "/";
    Candidate& candidate = candidates.try_emplace(folder, found).first->second;
    candidate.folder = folder;
    candidate.depth = steps.size();
    for (const std::string& step : steps)
      if (std::string other = lab_of_folder(step); !other.empty()) {
        candidate.named = other == lab.stem;
        candidate.other = !candidate.named;
        if (candidate.other) ++other_labs[other];
      }
    std::string file = stands_for(name, wanted);
    if (file.empty())
      candidate.extra.try_emplace(name, path);
    else if (file == name || !candidate.files.contains(file))
      candidate.files[file] = path;
  }

  const Candidate* best = nullptr;
  auto rank = [](const Candidate& c) { return std::make_tuple(c.named, c.files.size(), -static_cast<long>(c.depth)); };
  for (const auto& [folder, candidate] : candidates)
    if (!candidate.other && !candidate.files.empty() && (best == nullptr || rank(candidate) > rank(*best)))
      best = &candidate;
  if (best == nullptr) {
    auto most = std::max_element(other_labs.begin(), other_labs.end(),
                                 [](const auto& a, const auto& b) { return a.second < b.second; });
    std::string archive;
    for (const std::string& path : paths)
      if (std::string name = steps_of(path).empty() ? "" : steps_of(path).back();
          archive.empty() && !name.starts_with(".") && !without_archive_ending(name).empty())
        archive = path;
    if (!archive.empty())
      choice.notes.push_back("It holds an archive, " + archive + ", which was not opened: unpack it and grade again.");
    if (most != other_labs.end())
      choice.notes.push_back("This looks like a submission for lab " + most->first.substr(0, 2) +
                             ": it holds files of " + most->first + " and none of " + lab.stem + ".");
    return choice;
  }
  choice.files = best->files;
  choice.extra = best->extra;
  for (const auto& [folder, candidate] : candidates)
    if (&candidate != best && !candidate.other && !candidate.files.empty())
      choice.notes.push_back("Files of the lab are also in " + (folder.empty() ? "the top folder" : folder) +
                             "; those in " + (best->folder.empty() ? "the top folder" : best->folder) + " were taken.");
  return choice;
}

}  // namespace classroom

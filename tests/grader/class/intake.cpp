#include "intake.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "beneath.hpp"
#include "names.hpp"
#include "platform.hpp"

namespace fs = std::filesystem;

namespace classroom {
namespace {

// A platform's folder that holds nothing but an archive is that archive.
std::string only_archive_in(const fs::path& folder) {
  std::string found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_symlink() || !entry.is_regular_file(error) ||
        without_archive_ending(entry.path().filename().string()).empty() || !found.empty())
      return "";
    found = entry.path().string();
  }
  return found;
}

// Names must differ also where a file system takes large and small letters for the same.
std::string unique_name(std::string name, std::set<std::string>& used) {
  auto small = [](std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
    return text;
  };
  std::string candidate = name;
  for (int number = 2; !used.insert(small(candidate)).second; ++number) candidate = name + "-" + std::to_string(number);
  return candidate;
}

// Gradescope's archive holds everything in one folder more.
std::string with_the_submissions(const std::string& folder) {
  std::string found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::string name = entry.path().filename().string();
    if (name.starts_with(".") || name == "__MACOSX") continue;
    if (entry.is_symlink() || !entry.is_directory(error) || !found.empty()) return folder;
    found = entry.path().string();
  }
  return !found.empty() && fs::is_regular_file(fs::symlink_status(found + "/submission_metadata.yml", error)) ? found
                                                                                                              : folder;
}

}  // namespace

Class submissions_in(const std::string& given, const std::string& results) {
  const std::string folder = with_the_submissions(given);
  Class all;
  std::set<std::string> used;
  std::vector<fs::directory_entry> entries;
  for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry);
  std::sort(entries.begin(), entries.end());
  std::map<std::string, Submission> loose;
  std::string unread;
  std::map<std::string, Told> told =
      told_by_gradescope(Beneath(folder).read("submission_metadata.yml", 64 << 20, unread).value_or(""));
  std::error_code error;
  for (const fs::directory_entry& entry : entries) {
    std::string name = entry.path().filename().string(), path = entry.path().string();
    if (name.starts_with(".") || name == "__MACOSX" || name == "submission_metadata.yml" ||
        fs::weakly_canonical(path, error) == results)
      continue;
    std::string stem = without_archive_ending(name);
    Submission one;
    if (entry.is_symlink()) {
      all.ignored.push_back(name + " (a link)");
      continue;
    }
    if (entry.is_directory(error)) {
      one.archive = only_archive_in(entry.path());
      one.folder = path;
      stem = name;
    } else if (entry.is_regular_file(error) && !stem.empty()) {
      one.archive = path;
    } else if (entry.is_regular_file(error) &&
               (name.ends_with(".cpp") || name.ends_with(".hpp") || what_the_name_tells(name).platform)) {
      // Whatever bears somebody's name is a submission, so that nobody is missing from the gradebook.
      Named named = what_the_name_tells(name);
      bool bare = named.group == name;  // nobody's name is in it
      std::string group = bare ? fs::path(folder).filename().string() : named.group;
      Submission& of = loose.try_emplace(group).first->second;
      of.name = group;
      of.learner = bare ? group : named.learner;
      of.folder = folder;
      of.loose.push_back(name);
      if (named.late && of.notes.empty()) of.notes.push_back("The platform marks it as late.");
      continue;
    } else {
      all.ignored.push_back(name);
      continue;
    }
    Named named = what_the_name_tells(stem);
    one.learner = as_file_name(named.learner);
    if (auto known = told.find(name); known != told.end()) {
      if (!known->second.learner.empty()) one.learner = as_file_name(known->second.learner);
      one.submitted = known->second.submitted;
    }
    if (named.late) one.notes.push_back("The platform marks it as late.");
    one.name = unique_name(as_file_name(stem), used);
    all.submissions.push_back(std::move(one));
  }
  for (auto& [group, one] : loose) {
    one.name = unique_name(as_file_name(one.name), used);
    one.learner = as_file_name(one.learner);
    all.submissions.push_back(std::move(one));
  }
  std::sort(all.submissions.begin(), all.submissions.end(),
            [](const Submission& a, const Submission& b) { return a.name < b.name; });

  std::map<std::string, std::vector<Submission*>> of_learner;
  for (Submission& one : all.submissions) of_learner[one.learner].push_back(&one);
  for (auto& [learner, several] : of_learner)
    if (several.size() > 1)
      for (Submission* one : several) {
        std::string others;
        for (Submission* other : several)
          if (other != one) others += (others.empty() ? "" : ", ") + other->name;
        one->notes.push_back("The same learner also handed in: " + others + ".");
      }
  return all;
}

}  // namespace classroom

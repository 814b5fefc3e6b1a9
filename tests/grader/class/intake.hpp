#pragma once
#include <map>
#include <string>
#include <vector>

namespace classroom {

/// One submission, as it lies in the class's folder.
struct Submission {
  std::string name;                ///< unique in the class, and a file name
  std::string learner;             ///< as far as its name tells
  std::string folder;              ///< with its files, or empty
  std::string archive;             ///< or empty
  std::vector<std::string> loose;  ///< single files, relative to `folder`
  std::string submitted;           ///< as UTC, when the platform tells it
  std::vector<std::string> notes;
};

struct Class {
  std::vector<Submission> submissions;  ///< in the order of their names
  std::vector<std::string> ignored;     ///< what lies in the folder and is none
};

/// Finds the submissions in `folder`: folders, archives, loose source files that belong together by their names.
/// \param results is passed over
Class submissions_in(const std::string& given, const std::string& results);

}  // namespace classroom

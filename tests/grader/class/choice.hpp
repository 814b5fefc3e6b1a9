#pragma once
#include <map>
#include <string>
#include <vector>

#include "course.hpp"

namespace classroom {

/// Which of a submission's files count: those that stand in for a file of the lab's folder, and the learner's own
/// headers and sources beside them.
struct Choice {
  std::map<std::string, std::string> files;   ///< by the lab's file name: the path in the submission
  std::map<std::string, std::string> extra;   ///< the learner's own .hpp and .cpp, by name
  std::map<std::string, std::string> helper;  ///< files of common/ that came along; they are only compared
  std::vector<std::string> notes;
};

/// The names of the files in the lab's folder that are compiled.
std::vector<std::string> files_of(const Lab& lab);

/// Chooses among `paths`, relative to the submission's top folder. The folder that is named as the lab's wins, then the
/// one with most of the lab's files, then the highest.
Choice choose(const std::vector<std::string>& paths, const Lab& lab);

}  // namespace classroom

#pragma once
#include <map>
#include <string>
#include <vector>

#include "grade.hpp"
#include "hold.hpp"
#include "intake.hpp"
#include "recipe.hpp"
#include "runner.hpp"
#include "store.hpp"

namespace classroom {

/// What is the same for all submissions of one run.
struct Setting {
  Lab lab;
  Recipe recipe;
  std::string work;  ///< our own folder; kit/ in it has what compiling needs
  Hold hold;
  uid_t first = first_user;  ///< the first of the users that are ours, when we are root
  bool contained = true;
  RunOptions run;                   ///< with the seed
  std::vector<std::string> hidden;  ///< folders that the programs see empty
  std::string version;              ///< of everything that a grade depends on besides the submission
};

/// A submission whose files have been taken.
struct Taken {
  Submission submission;
  std::string folder;              ///< below `work`; source/ holds the lab's files, flat
  std::vector<std::string> extra;  ///< the learner's own .cpp files among them
  std::vector<ProgramGrade> programs;
  std::string key;  ///< empty: there is nothing to grade
  std::vector<std::string> notes;
  std::string submitted;       ///< when, as UTC; empty when nothing tells it
  std::string submitted_from;  ///< as in Grade
};

/// Takes the learner's files; what is missing comes from the skeleton.
Taken take(const Submission& submission, const Setting& setting, const std::string& folder);

/// A record in which nothing has been judged yet.
Grade blank_grade(const Taken& taken, const Setting& setting);

/// Compiles and judges. The record in the store is replaced as more is known.
/// \param user whom the programs run as, when we are root
void grade_submission(const Taken& taken, const Setting& setting, const Store& store, uid_t user);

/// The same grade for another submission with the same content.
Grade copied_grade(const Grade& grade, const Taken& taken, const Setting& setting);

}  // namespace classroom

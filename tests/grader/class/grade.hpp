#pragma once
#include <string>
#include <vector>

#include "json.hpp"

/// What became of one submission of one lab: the one record that every report is made from. It is written to
/// `results/SUBMISSION.json` before anything of the submission runs, and replaced when more is known.
/// `tests/grader/class/grade.schema.json` describes the file.
namespace classroom {

/// One test, as the submission fared.
struct TestGrade {
  std::string id;     ///< "02.5.1"
  std::string title;  ///< "A message that arrives in pieces comes back whole"
  std::string part;   ///< "02.5"
  std::string state;  ///< the words of harness::State, or "waiting" while it has not been judged
  int points = 0;     ///< earned
  int possible = 0;
  bool extra = false, bonus = false;
  bool hidden = false;  ///< the learner is not shown it
  double seconds = 0;
  std::string file;  ///< of the test in the sources, with `line`; empty when unknown
  int line = 0;
  std::string failure;        ///< the assertion
  std::string message;        ///< the whole failure as the learner sees it, plain text
  std::string first_verdict;  ///< when it was judged twice: the state of the first time
};

/// One program of the lab.
struct ProgramGrade {
  std::string name;    ///< "echo_server"
  std::string state;   ///< "built", "missing", "empty", "does not build", or "waiting"
  std::string errors;  ///< what the compiler said
};

struct PartGrade {
  std::string id, title;
  int points = 0, possible = 0;
};

/// A grade.
struct Grade {
  std::string submission;  ///< unique in its class, and a file name
  std::string learner;     ///< as far as the submission's name tells
  std::string lab;         ///< "lab02"
  std::string lab_title;   ///< "TCP echo"
  std::string state =
      "waiting";  ///< "waiting", "under way", "graded", "unusable" (nothing to grade), "not graded" (our trouble)
  std::vector<std::string> notes;  ///< what a person should know, a sentence each
  std::string key;                 ///< of the contents: the same key means the same grade
  std::string containment;         ///< what held the programs while they ran
  unsigned long long seed = 0;     ///< messages and ports of this run follow from it
  std::vector<ProgramGrade> programs;
  std::vector<PartGrade> parts;
  std::vector<TestGrade> tests;
  std::string looks_like;       ///< the nearest recorded mistake's name, and
  std::string looks_like_text;  ///< what it is; both empty when none is near
  std::string submitted;        ///< when, as UTC ("2026-11-24T21:05:00Z"); empty when it is not known
  std::string submitted_from;   ///< who says so: "platform", "files" (the newest of them), "table"; or empty
  int days_late = 0;
  int late_penalty = 0;  ///< percent of the points

  int points() const;         ///< earned in all, bonus included, before the penalty
  int possible() const;       ///< without bonus
  int bonus() const;          ///< possible beyond that
  int after_penalty() const;  ///< what goes into the gradebook, a whole number, rounded to the nearest, never below 0
};

std::string to_json(const Grade& grade);

/// Reads what to_json() wrote.
/// \throws std::runtime_error when it is not a grade
Grade grade_from(const harness::Json& json);

}  // namespace classroom

#pragma once
#include <string>
#include <vector>

#include "runner.hpp"

/// What `grade class` is asked for.
struct ClassOptions {
  std::string folder, lab, results;
  std::vector<std::string> only;
  std::size_t at_once = 0;  ///< submissions; 0: what suits the machine
  bool regrade = false, without_containment = false;
  unsigned long long seed = 0;
  RunOptions run;
};

/// Grades a folder of submissions.
/// \returns 0 when each has its record, 1 when the grader itself had trouble, 130 when it was interrupted
int grade_class(const ClassOptions& options);

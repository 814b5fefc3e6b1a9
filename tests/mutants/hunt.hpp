#pragma once
#include <string>

#include "runner.hpp"

namespace mutants {

struct HuntOptions {
  RunOptions run;            ///< its workers are the tests of one mutant that run at the same time
  std::size_t at_once = 4;   ///< mutants that are judged at the same time
  std::size_t every = 1;     ///< a sample: one mutant out of so many
  std::size_t seed = 0;      ///< which one
  std::string file;          ///< only this one's; empty: all
  bool again = false;        ///< only those that survived the last time, or had no verdict
  bool with_listed = false;  ///< judge those in the list of equivalents, too
};

/// Makes and judges the mutants of a lab's reference. Prints what survived, and the figures; the whole account goes
/// into `<build>/tests/mutants/labNN/report.txt`, and the programs that survived stay beside it.
/// \returns 0 when everything that was judged is killed or known to be equivalent, the reference itself is not, and the
/// list of equivalents is right. To judge nothing is no success.
int hunt(const std::string& lab, const HuntOptions& options);

}  // namespace mutants

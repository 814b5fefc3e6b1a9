#pragma once
#include <string>

#include "runner.hpp"

struct ProofOptions {
  bool with_mistakes = true;  ///< false leaves the mistakes out, which are most of the work
  bool remember = false;      ///< note what the failures of the mistakes say now, for the board's guess
};

/// Judges the tests of a lab: the reference earns every point, the skeleton none, every alternative all, and each
/// recorded mistake fails the tests that its header names, with the words that it names, and no others. Prints the
/// kill matrix.
/// \returns 0 when all of that holds
int prove(const std::string& lab, const RunOptions& options, const ProofOptions& what);

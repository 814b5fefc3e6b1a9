#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runner.hpp"

struct ProofOptions {
  bool with_mistakes = true;  ///< false leaves the mistakes out, which are most of the work
  bool remember = false;      ///< note what the failures of the mistakes say now, for the board's guess
};

/// What one proof has found, for those who make many of them.
struct ProofRecord {
  int right = 0;     ///< right programs that were judged: reference and alternatives
  int mistakes = 0;  ///< recorded mistakes that were judged
  std::vector<std::string> false_alarms, missed, others;  ///< claims that do not hold: right programs that lost a
                                                          ///< point, mistakes that were not caught, everything else

  /// For each program folder and test whether it was passed; without those that this machine cannot run,
  /// those that others block, and those that a mistake's header leaves open (`May fail`).
  std::map<std::pair<std::string, std::string>, bool> verdicts;

  /// Waits of passed tests that took more than half of their limit.
  std::vector<std::string> near_misses;
};

/// Judges the tests of a lab: the reference earns every point, the skeleton none, every alternative all, and each
/// recorded mistake fails the tests that its header names, with the words that it names, and no others. Prints the
/// kill matrix.
/// \returns 0 when all of that holds
/// \param record takes what was found, if given
int prove(const std::string& lab, const RunOptions& options, const ProofOptions& what, ProofRecord* record = nullptr);

#pragma once
#include <string>
#include <vector>

#include "runner.hpp"

/// Many proofs, and one report of them.

struct CampaignOptions {
  std::vector<std::string> labs;        ///< all of them if empty
  std::vector<std::string> conditions;  ///< and faults, by their names; all of them if empty
  int rounds = 1;                       ///< of every proof under every condition, with those in the folder
  std::string out;                      ///< folder for the report and its rows; empty: it is only printed
};

/// Proves every lab under every condition, and its right programs with every fault; says what was killed, which right
/// program lost a point, which verdict changed between two runs, and which wait came close to its limit. \returns 0
/// when every claim of every proof held and no verdict changed. What the folder holds of the same programs is not done
/// again: an interrupted report goes on where it was, and the report is of everything in the folder, so that it can be
/// made lab by lab.
/// \param run its speed factor is measured anew for each proof if it is 0
int prove_under_all_conditions(const CampaignOptions& options, const RunOptions& run);

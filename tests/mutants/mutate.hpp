#pragma once
#include <string>
#include <vector>

namespace mutants {

/// One small mistake, made mechanically.
struct Mutant {
  std::string rule;      ///< what was done: "drop a statement"
  int line;              ///< where, from 1
  std::string function;  ///< in which one, without its class; empty outside of all
  std::string before;    ///< the lines that it changes, each without its blanks at the ends
  std::string after;     ///< what they are then
  std::string source;    ///< the whole file with the mistake in it
};

/// Every mutant of `source` that the rules know, in the order of the lines. No two of them are the same text.
std::vector<Mutant> mutants_of(const std::string& source);

}  // namespace mutants

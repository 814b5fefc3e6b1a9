#pragma once
#include <string>
#include <vector>

struct TraceOptions {
  std::string folder;                ///< where the programs are
  std::vector<std::string> command;  ///< program and arguments
  std::string svg;                   ///< file for the drawing; empty: none
};

/// Runs one of the learner's programs on this terminal and prints its socket calls on stderr as they happen; when it has
/// ended, a sequence chart of them.
/// \returns the program's exit status, or 128 + signal
int trace(const TraceOptions& options);

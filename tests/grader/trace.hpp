#pragma once
#include <string>
#include <vector>

struct TraceOptions {
  std::string folder;  ///< where the programs are
  /// Program and arguments; or two of them, of which the first is the server. What is not in the folder is looked for
  /// on PATH.
  std::vector<std::vector<std::string>> commands;
  std::string svg, text;  ///< files for the chart as a drawing and as text; empty: none
};

/// Runs one of the learner's programs on this terminal and prints its socket calls on stderr as they happen; when it
/// has ended, a sequence chart of them.
///
/// Of two programs, the second starts when the first can be reached, and the first is told to stop when the second has
/// ended. Where the system allows it they have a network to themselves, and the chart shows the packets between them.
/// \returns the (second) program's exit status, or 128 + signal
int trace(const TraceOptions& options);

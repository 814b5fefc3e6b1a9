#pragma once
#include <functional>
#include <string>
#include <vector>

/// Whole commands, timed.

/// Seconds. Beside the time that passed stands the processor time of what was run: on a busy machine it says more.
struct Taken {
  double passed = 0, processor = 0;
};

struct Contender {
  std::function<void()> work;
  std::function<void()> before = [] {};  ///< not timed
};

/// Runs the contenders in turn, `rounds` times over (A B A B): what disturbs the machine for a while disturbs all.
/// \returns for each contender, round by round
/// \throws std::runtime_error when one fails
std::vector<std::vector<Taken>> take_turns(int rounds, const std::vector<Contender>& contenders);

std::vector<double> passed(const std::vector<Taken>& runs);
std::vector<double> processor(const std::vector<Taken>& runs);

/// Processor seconds of this process and of all its children that have ended.
double processor_seconds();

/// Runs `command`.
/// \throws std::runtime_error with its output when it fails: a figure of a failed run says nothing
void must_run(const std::vector<std::string>& command);

#pragma once
#include <functional>
#include <string>
#include <vector>

/// Whole commands, timed.

/// Seconds that `work` takes: the median of `rounds` runs, each after `before`, which is not timed.
double median_seconds(int rounds, const std::function<void()>& before, const std::function<void()>& work);

/// Runs `command`.
/// \throws std::runtime_error with its output when it fails: a figure of a failed run says nothing
void must_run(const std::vector<std::string>& command);

/// One line of the table; `aim` is what we want it to stay below.
void print_figure(const std::string& what, double value, const std::string& unit, const std::string& aim);

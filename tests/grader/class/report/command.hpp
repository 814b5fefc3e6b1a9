#pragma once
#include <string>
#include <vector>

namespace classroom {

/// True for the commands that work on results that are there already: report and merge.
bool is_report_command(const std::string& word);

/// Carries out `words`, the first of which is_report_command().
/// \returns the exit status: 0, 1 when something was left out, 2 for wrong usage
int report_command(const std::vector<std::string>& words);

}  // namespace classroom

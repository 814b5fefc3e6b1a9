#pragma once
#include <string>
#include <vector>

namespace classroom {

/// Merges the results in `folders` into `out`, one record for each submission and lab: the one that says most, and of
/// those the latest. What is in `out` already takes part. Says which were there several times.
/// \returns 0, or 1 when a file was no grade
/// \throws std::runtime_error when there are no results, or they cannot be written
int merge(const std::vector<std::string>& folders, const std::string& out);

}  // namespace classroom

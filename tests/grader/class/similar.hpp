#pragma once
#include <string>

/// Prints which pairs of submissions share unusually much beyond the skeleton, the reference and what half of the class
/// has. For a person to look at; never a grade.
int report_similar(const std::string& folder, const std::string& lab);

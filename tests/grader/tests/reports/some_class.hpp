#pragma once
#include <string>
#include <vector>

#include "class/grade.hpp"

/// A class of a dozen, made by hand: every state, bonus, hidden tests, lateness, and names that attack each format.
std::vector<classroom::Grade> some_class();

/// Writes it into an empty folder, as `grade class` does.
std::string written_class(const std::string& folder);

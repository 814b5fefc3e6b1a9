#pragma once
#include <string>
#include <utility>
#include <vector>

/// What somebody must know of the machine to compare its figures with their own: cores, model, kernel, compiler.
std::vector<std::pair<std::string, std::string>> describe_machine();

/// Processes that ran or wanted to, the mean of the last minute.
double load_average();

/// Now, in UTC: `2026-03-01 10:20`.
std::string time_of_day();

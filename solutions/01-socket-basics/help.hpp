#pragma once
// Given.
#include <string>

/// What `help` answers, or `help NAME` for one command.
std::string help(const std::string& command);

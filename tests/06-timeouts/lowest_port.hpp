#pragma once
#include <string>

#include "harness.hpp"

/// True when a program that was given port 1 takes it for a port like any other; tells the story if not. What becomes
/// of it there is its own affair: somebody may listen.
inline bool takes_port_1(const std::string& program, const std::vector<std::string>& arguments) {
  harness::Program lowest(program, arguments);
  if (lowest.exit_status().value != 2) return true;
  harness::Story::current().mismatch("port 1 taken for a port", "exit status 2, as for wrong arguments");
  return false;
}

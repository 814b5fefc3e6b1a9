#pragma once
#include <map>
#include <string>
#include <vector>

#include "course.hpp"

/// What became of building the programs of a lab.
struct Build {
  bool all_built = true;
  std::map<std::string, std::string> errors;  ///< by program that does not build: what the compiler said
  std::string trouble;                        ///< when the build itself cannot run
};

/// Builds the lab's programs in `tree` ("labs" or "solutions") with the project's own build. A program that does not
/// compile does not stop the others.
Build build_programs(const Lab& lab, const std::string& tree);

/// Looks whether every program of the lab is in `folder`; what is missing is in `errors`.
Build look_for_programs(const Lab& lab, const std::string& folder);

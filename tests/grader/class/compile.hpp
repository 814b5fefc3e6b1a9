#pragma once
#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "recipe.hpp"

namespace classroom {

struct Compiled {
  std::map<std::string, std::string> errors;  ///< by program that does not build: what the compiler said
};

/// Builds the lab's programs from `source` (a flat folder) into `bin`, by the recipe alone. `extra` are the learner's
/// own .cpp files beside the lab's. `work` is for what lies between. A program whose sources have been built before in
/// this run is taken from `built`; often that is the reference's or the skeleton's.
Compiled compile(const Recipe& recipe, const std::string& kit, const std::string& source,
                 const std::vector<std::string>& extra, const std::string& bin, const std::string& work,
                 const std::string& built, uid_t user, std::size_t at_once);

}  // namespace classroom

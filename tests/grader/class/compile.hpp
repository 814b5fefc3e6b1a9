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
/// own .cpp files beside the lab's. `work` is for what lies between.
Compiled compile(const Recipe& recipe, const std::string& kit, const std::string& source, const std::vector<std::string>& extra,
                 const std::string& bin, const std::string& work, uid_t user, std::size_t at_once);

}  // namespace classroom

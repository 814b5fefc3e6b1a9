#pragma once
#include <string>
#include <vector>

#include "course.hpp"

namespace classroom {

/// How the programs of a lab are compiled and linked: what the project's own build wrote down
/// (common/cmake/Recipe.cmake).
struct Recipe {
  std::string compiler, version, archiver;
  std::vector<std::string> flags, includes, link, libraries;
  std::vector<std::string> programs;  ///< each from a file of its name
  std::vector<std::string> sources;   ///< what all of them share
};

/// \throws std::runtime_error when there is none
Recipe recipe_of(const Lab& lab);

/// Puts what compiling and running needs into `folder`, readable for everybody: the helper's headers, the libraries of
/// this build tree, the recorder. Builds what is missing first. The recipe then names these copies.
/// \throws std::runtime_error when something cannot be had
void stock(Recipe& recipe, const Lab& lab, const std::string& folder);

}  // namespace classroom

#include "recipe.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "subprocess.hpp"

namespace fs = std::filesystem;

namespace classroom {
namespace {

bool ours(const std::string& path) {
  return path.starts_with(source_folder() + "/") || path.starts_with(build_folder() + "/");
}

void build_what_is_missing(const Recipe& recipe, const Lab& lab) {
  bool missing = ::access(lab.test_program().c_str(), X_OK) != 0 || ::access(SOCKET_LABS_RECORDER, R_OK) != 0;
  for (const std::string& library : recipe.libraries)
    missing = missing || (library.starts_with("/") && ::access(library.c_str(), R_OK) != 0);
  if (!missing) return;
  Captured built = capture({SOCKET_LABS_CMAKE, "--build", build_folder(), "--target", "tests-" + lab.number,
                            "labs-" + lab.number, "recorder", "--", "-k", "0"});
  if (built.status != 0 && ::access(lab.test_program().c_str(), X_OK) != 0)
    throw std::runtime_error("the tests of " + lab.id() + " cannot be built:\n" + built.output);
}

}  // namespace

Recipe recipe_of(const Lab& lab) {
  std::ifstream file(build_folder() + "/recipes/" + lab.number + ".txt");
  Recipe recipe;
  for (std::string line; std::getline(file, line);) {
    std::size_t blank = line.find(' ');
    if (blank == std::string::npos || blank + 1 == line.size()) continue;
    std::string word = line.substr(0, blank), value = line.substr(blank + 1);
    if (word == "compiler") recipe.compiler = value;
    if (word == "version") recipe.version = value;
    if (word == "archiver") recipe.archiver = value;
    if (word == "flag") recipe.flags.push_back(value);
    // A compiler looks there by itself, and in the right order only then.
    if (word == "include" && value != "/usr/include") recipe.includes.push_back(value);
    if (word == "link") recipe.link.push_back(value);
    if (word == "library") recipe.libraries.push_back(value);
    if (word == "program") recipe.programs.push_back(value);
    if (word == "source") recipe.sources.push_back(value);
  }
  if (recipe.compiler.empty() || recipe.programs.empty())
    throw std::runtime_error("it is not known how " + lab.id() + " is compiled: configure again with cmake --preset " +
                             lab.id());
  return recipe;
}

void stock(Recipe& recipe, const Lab& lab, const std::string& folder) {
  build_what_is_missing(recipe, lab);
  fs::create_directories(folder);
  std::error_code error;
  int number = 0;
  for (std::string& include : recipe.includes) {
    if (!ours(include)) continue;
    std::string copy = folder + "/include" + std::to_string(number++);
    fs::create_directories(copy);
    for (const auto& entry : fs::directory_iterator(include, error))
      if (entry.path().extension() == ".hpp")
        fs::copy_file(entry.path(), copy + "/" + entry.path().filename().string());
    include = copy;
  }
  for (std::string& library : recipe.libraries) {
    if (!ours(library)) continue;
    std::string copy = folder + "/" + fs::path(library).filename().string();
    fs::copy_file(library, copy);
    library = copy;
  }
  fs::copy_file(SOCKET_LABS_RECORDER, folder + "/recorder.so");
}

}  // namespace classroom

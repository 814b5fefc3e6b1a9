#include "build.hpp"

#include <unistd.h>

#include <set>
#include <sstream>

#include "subprocess.hpp"

namespace {

std::set<std::string> programs_of(const Lab& lab) {
  std::set<std::string> programs;
  for (const Test& test : lab.tests) programs.insert(test.programs.begin(), test.programs.end());
  return programs;
}

// What the compiler or linker said: the build tool's own lines, which repeat the commands, are left out.
std::string messages(const std::string& output) {
  constexpr std::size_t most = 24;
  std::istringstream lines(output);
  std::string text;
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("FAILED: ")) {
      std::getline(lines, line);  // the command
    } else if (!line.starts_with("[") && !line.starts_with("ninja: ")) {
      // Paths as a person in the clone's folder would type them.
      for (std::string root = source_folder() + "/"; line.find(root) != std::string::npos;)
        line.erase(line.find(root), root.size());
      if (count++ < most) text += line + "\n";
    }
  }
  if (count > most)
    text += "(" + std::to_string(count - most) + " more lines; the first error is usually the one to mend)\n";
  return text;
}

std::vector<std::string> build_command(const std::string& target) {
  return {SOCKET_LABS_CMAKE, "--build", build_folder(), "--target", target, "--", "-k", "0"};
}

}  // namespace

Build build_programs(const Lab& lab, const std::string& tree) {
  Build result;
  Captured all = capture(build_command(tree + "-" + lab.number));
  if (all.status == 0) return result;

  result.all_built = false;
  for (const std::string& program : programs_of(lab)) {
    // What is left of an earlier build must not be graded, so ask for each program whether it is up to date.
    std::string target = tree + "-" + lab.number + "-" + program;
    Captured one = capture(build_command(target));
    if (one.status == 0) continue;
    std::string said = messages(one.output);
    result.errors[program] = said.empty() ? one.output : said;
  }
  if (result.errors.empty()) result.trouble = all.output;
  return result;
}

Build look_for_programs(const Lab& lab, const std::string& folder) {
  Build result;
  for (const std::string& program : programs_of(lab))
    if (std::string path = folder + "/" + program; ::access(path.c_str(), X_OK) != 0)
      result.errors[program] =
          "there is no program " + path + "\nThe folder must hold the lab's programs, built and executable.\n";
  result.all_built = result.errors.empty();
  return result;
}

#include "archive.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "confined.hpp"
#include "names.hpp"

namespace fs = std::filesystem;

namespace classroom {
namespace {

constexpr std::size_t most_names = 50000;

Confined tar(const std::string& archive, const std::string& folder, uid_t user, const std::vector<std::string>& words) {
  Confined confined;
  fs::path cmake(SOCKET_LABS_CMAKE);
  confined.command = {cmake.string(), "-E", "tar"};
  confined.command.insert(confined.command.end(), words.begin(), words.end());
  confined.folder = folder;
  confined.readable = {archive, cmake.parent_path().parent_path().string()};
  confined.writable = {folder};
  confined.user = user;
  confined.processor_seconds = 10;
  confined.file = 4;
  return confined;
}

}  // namespace

Unpacked unpack(const std::string& archive, const Lab& lab, const std::string& folder, uid_t user) {
  Unpacked result;
  Confined listing = tar(archive, folder, user, {"tf", archive});
  listing.output = 4 << 20;
  listing.only_stdout = true;
  Ended listed = run_confined({listing}, 1)[0];
  if (listed.killed) throw KilledFromOutside("the unpacker was killed, and not by a limit of ours");
  if (!listed.cut.empty()) return {{}, "The archive was not read: " + listed.cut + "."};
  std::vector<std::string> names;
  std::istringstream lines(listed.output);
  std::size_t out = 0;
  for (std::string line; std::getline(lines, line);) {
    if (leads_out(line))
      ++out;
    else
      names.push_back(line);
  }
  if (names.size() > most_names)
    return {{}, "The archive holds more than " + std::to_string(most_names) + " names; nothing was taken from it."};
  if (names.empty() && out == 0)
    return {{},
            listed.well() ? "The archive is empty."
                          : "The archive cannot be read; it may be damaged, or of a kind that is not known here."};
  result.choice = choose(names, lab);
  if (!listed.well() && !names.empty())
    result.choice.notes.push_back("The archive is damaged or cut short; what could be read of it was taken.");
  if (out > 0)
    result.choice.notes.push_back(std::to_string(out) + (out == 1 ? " name" : " names") +
                                  " in the archive would lead out of its folder; nothing of that was unpacked.");

  std::vector<std::string> words{"xf", archive, "--"};
  for (const auto* group : {&result.choice.files, &result.choice.extra, &result.choice.helper})
    for (const auto& [name, path] : *group) words.push_back(as_pattern(path));
  if (words.size() == 3) return result;
  if (words.size() > 500)
    return {{}, "The archive holds more than 500 source files in the lab's folder; nothing was taken from it."};
  Ended taken = run_confined({tar(archive, folder, user, words)}, 1)[0];
  if (taken.killed) throw KilledFromOutside("the unpacker was killed, and not by a limit of ours");
  if (!taken.cut.empty())
    result.choice.notes.push_back("The archive was not unpacked whole: " + taken.cut + ".");
  else if (!taken.well())
    result.choice.notes.push_back("The unpacker complained; what it gave was taken.");
  return result;
}

}  // namespace classroom

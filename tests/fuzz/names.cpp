// What a submission brings with it: its name, and the names in its archive. All of them are hostile.
#include "names.hpp"

#include <fnmatch.h>

#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "choice.hpp"
#include "fuzz.hpp"

// Where choose() looks for the names of the lab's files.
const std::string& source_folder() {
  static const std::string folder = SOCKET_LABS_SOURCE;
  return folder;
}

namespace {

void look_at_name(const std::string& name) {
  const std::string file = classroom::as_file_name(name);
  must(!file.empty() && file.size() <= 100, "a file name of 1 to 100 bytes");
  must(file.find('/') == std::string::npos && file.front() != '.' && file.front() != '-', "a name that leads nowhere");
  for (char c : file) must(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "no control bytes in a file name");
  must(classroom::as_file_name(file) == file, "a good file name stays as it is");

  const classroom::Named named = classroom::what_the_name_tells(name);
  must(named.version >= 0, "versions count upwards");
  must(name.empty() || !named.group.empty(), "every name belongs to a group");

  const std::string stem = classroom::without_archive_ending(name);
  must(stem.empty() || name.starts_with(stem), "an ending is taken off the end");
}

void look_at_names_in_archive(const std::vector<std::string>& names) {
  Lab lab;
  lab.number = "02";
  lab.stem = "02-tcp-echo";
  std::vector<std::string> inside;
  for (const std::string& name : names)
    if (!classroom::leads_out(name)) inside.push_back(name);
  const std::set<std::string> known(inside.begin(), inside.end());
  const classroom::Choice choice = classroom::choose(inside, lab);
  for (const auto* group : {&choice.files, &choice.extra, &choice.helper})
    for (const auto& [file, path] : *group) {
      must(known.contains(path), "only what the archive holds is chosen");
      must(!file.empty() && file.find('/') == std::string::npos && file != "..", "files are copied under a plain name");
      must(path.front() != '/' && path.find("/../") == std::string::npos && !path.starts_with("../"),
           "no path that leads out");
      // The unpacker's patterns know ranges and stars, as the shell's do.
      if (path.find('\0') == std::string::npos)
        must(::fnmatch(classroom::as_pattern(path).c_str(), path.c_str(), 0) == 0, "a pattern that means one name");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line);) names.push_back(line);
  for (const std::string& name : names) look_at_name(name);
  look_at_names_in_archive(names);
  return 0;
}

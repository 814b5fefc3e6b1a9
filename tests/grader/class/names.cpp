#include "names.hpp"

#include <regex.h>  // std::regex recurses with the length of the text, and takes seconds to compile

#include <algorithm>
#include <array>
#include <optional>

namespace classroom {
namespace {

// Of a name that `expression` describes from its first to its last byte, the text of each group, empty for one that
// took no part. \see \man{regex,7}
using Parts = std::array<std::string, 8>;
std::optional<Parts> match(const std::string& name, const std::string& expression) {
  regex_t compiled;
  if (::regcomp(&compiled, ("^" + expression + "$").c_str(), REG_EXTENDED) != 0) return {};
  std::array<regmatch_t, std::tuple_size_v<Parts>> found;
  bool matches = ::regexec(&compiled, name.c_str(), found.size(), found.data(), 0) == 0;
  ::regfree(&compiled);
  if (!matches) return {};
  Parts parts;
  for (std::size_t i = 0; i < found.size(); ++i)
    if (found[i].rm_so >= 0)
      parts[i] = name.substr(static_cast<std::size_t>(found[i].rm_so),
                             static_cast<std::size_t>(found[i].rm_eo - found[i].rm_so));
  return parts;
}

}  // namespace

Named what_the_name_tells(const std::string& name) {
  // Names are hostile, too.
  if (name.size() > 300 || name.find('\n') != std::string::npos) return {name.substr(0, 100), name, name};
  if (auto moodle = match(name, "(.+)_([0-9]+)_assignsubmission_.*"))
    return {(*moodle)[1], (*moodle)[1] + "_" + (*moodle)[2], "", 0, false, true};
  if (auto gradescope = match(name, "submission_([0-9]+)(.*)")) return {name, name, (*gradescope)[2]};
  if (auto autolab = match(name, "([^/]+@[^/_]+)_([0-9]+)_(.+)"))
    return {(*autolab)[1], (*autolab)[1] + "_" + (*autolab)[2],
            (*autolab)[3], std::stol("0" + (*autolab)[2].substr(0, 9)),
            false,         true};
  if (auto canvas = match(name, "([^_]+)_(LATE_)?([0-9]+)_([0-9]+)(_(.*))?"))
    return {(*canvas)[1], (*canvas)[1] + "_" + (*canvas)[3], (*canvas)[6], 0, !(*canvas)[2].empty(), true};
  if (auto numbered = match(name, "([^0-9_][^_]*)_([0-9]+)(_(.*))?"))
    return {(*numbered)[1], (*numbered)[1] + "_" + (*numbered)[2], (*numbered)[4]};
  return {name, name, name};
}

std::string as_file_name(const std::string& name) {
  std::string safe;
  for (char c : name) safe += static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '/' || c == '\\' ? '_' : c;
  while (!safe.empty() && (safe.front() == '.' || safe.front() == ' ' || safe.front() == '-')) safe.erase(0, 1);
  if (safe.size() > 100) {
    safe.resize(100);
    while (!safe.empty() && (static_cast<unsigned char>(safe.back()) & 0xc0) == 0x80) safe.pop_back();
    if (!safe.empty() && static_cast<unsigned char>(safe.back()) >= 0xc0) safe.pop_back();
  }
  while (!safe.empty() && (safe.back() == ' ' || safe.back() == '_')) safe.pop_back();
  return safe.empty() ? "unnamed" : safe;
}

std::string without_archive_ending(const std::string& name) {
  for (std::string ending : {".zip", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".tar.zst", ".tar", ".7z", ".rar"}) {
    if (name.size() <= ending.size()) continue;
    std::string tail = name.substr(name.size() - ending.size());
    std::transform(tail.begin(), tail.end(), tail.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (tail == ending) return name.substr(0, name.size() - ending.size());
  }
  return "";
}

bool leads_out(const std::string& name) {
  return name.starts_with("/") || ("/" + name + "/").find("/../") != std::string::npos;
}

std::string as_pattern(const std::string& name) {
  std::string pattern;
  for (char c : name) {
    if (c == '*' || c == '?' || c == '[' || c == ']' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern;
}

}  // namespace classroom

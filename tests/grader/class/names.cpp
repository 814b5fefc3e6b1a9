#include "names.hpp"

#include <algorithm>
#include <regex>

namespace classroom {

Named what_the_name_tells(const std::string& name) {
  static const std::regex moodle("(.+)_([0-9]+)_assignsubmission_.*"), gradescope("submission_([0-9]+)(.*)"),
      canvas("([^_]+)_(LATE_)?([0-9]+)_([0-9]+)(_(.*))?"), autolab("([^/]+@[^/_]+)_([0-9]+)_(.+)"),
      numbered("([^0-9_][^_]*)_([0-9]+)(_(.*))?");
  // Names are hostile, too, and this library's expressions recurse.
  if (name.size() > 300 || name.find('\n') != std::string::npos) return {name.substr(0, 100), name, name};
  std::smatch match;
  if (std::regex_match(name, match, moodle))
    return {match[1], match[1].str() + "_" + match[2].str(), "", 0, false, true};
  if (std::regex_match(name, match, gradescope)) return {name, name, match[2]};
  if (std::regex_match(name, match, autolab))
    return {match[1], match[1].str() + "_" + match[2].str(),
            match[3], std::stol("0" + match[2].str().substr(0, 9)),
            false,    true};
  if (std::regex_match(name, match, canvas))
    return {match[1], match[1].str() + "_" + match[3].str(), match[6], 0, match[2].matched, true};
  if (std::regex_match(name, match, numbered)) return {match[1], match[1].str() + "_" + match[2].str(), match[4]};
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

#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "grade.hpp"

namespace classroom {

/// The instructor's options; `options.txt` beside this file documents them.
struct Options {
  std::map<std::string, int> points;  ///< by test
  std::set<std::string> hidden;       ///< tests
  bool extra = true, bonus = true;
  std::map<std::string, long long> due;      ///< by lab, in seconds since 1970
  std::map<std::string, std::string> times;  ///< by submission: when it came, as UTC text
  std::map<std::string, int> extensions;     ///< by submission: days
  int grace = 0;                             ///< minutes
  int free_days = 0, percent = 0, most = 100;
};

/// Reads the text of an options file.
/// \param name of the file, for messages, and for its folder, in which tables are looked for
/// \throws std::runtime_error that names the line and says what is wrong with it
Options parse_options(const std::string& text, const std::string& name);

/// Reads an options file; the one that is shipped when `path` is empty (and no options where that is missing).
Options read_options(const std::string& path);

/// Makes a grade what the options say. Once more changes nothing more.
void apply(const Options& options, Grade& grade);

/// Tests that the options name and none of `grades` has: most likely slips of the pen.
std::vector<std::string> unknown_tests(const Options& options, const std::vector<Grade>& grades);

/// "2026-11-20T23:59:00+01:00" (or ...Z, seconds may be left out) in seconds since 1970.
/// \throws std::runtime_error when it is no such time
long long time_from(const std::string& text);

/// The same moment as "2026-11-20T22:59:00Z".
std::string utc_text(long long time);

}  // namespace classroom

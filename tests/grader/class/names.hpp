#pragma once
#include <string>
#include <vector>

namespace classroom {

/// What the name of a submission tells. Platforms have their own habits.
struct Named {
  std::string
      learner;  ///< "Ada Lovelace", "lovelaceada", "ada@example.edu" or, if nothing better is known, the name itself
  std::string group;      ///< the same for files that belong together
  std::string file;       ///< the name that the learner gave the file
  long version = 0;       ///< the platform's count, where it keeps several
  bool late = false;      ///< the platform says so
  bool platform = false;  ///< a platform made the name, so that it is certainly somebody's
};

/// Moodle    `Ada Lovelace_123_assignsubmission_file_`
/// Gradescope `submission_12345`
/// Canvas    `lovelaceada_12345_67890_lab02.zip`, `lovelaceada_LATE_12345_67890_echo_server-1.cpp`
/// Autolab   `ada@example.edu_3_lab02.tar`
Named what_the_name_tells(const std::string& name);

/// A file name for the results that every system takes: no control bytes, slashes or leading dots, at most 100 bytes.
/// Letters of all scripts stay.
std::string as_file_name(const std::string& name);

/// `name` without the ending of an archive, or empty when it has none of them.
std::string without_archive_ending(const std::string& name);

/// True when a name in an archive stands for a place outside of the folder it is unpacked into.
bool leads_out(const std::string& name);

/// The pattern that means this name and no other: the unpacker takes what it is asked for as a pattern.
std::string as_pattern(const std::string& name);

}  // namespace classroom

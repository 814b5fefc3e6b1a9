#pragma once
#include <string>
#include <vector>

#include "class/report/formats.hpp"

/// Reading and writing files of results.
namespace classroom {

struct Record {
  std::string file;
  Grade grade;
};

struct Records {
  std::vector<Record> all;           ///< by lab, then by submission
  std::vector<std::string> trouble;  ///< files that are no grades, a line each
};

/// The records in `path`: a file, or a folder with a SUBMISSION.json each, which may lie in folders by lab (lab02/).
/// \throws std::runtime_error when there is none
Records read_records(const std::string& path);

/// True when there is at least one file that may be a record.
bool has_records(const std::string& folder);

/// Writes a file in one step: a reader sees the old one or the whole new one. Makes the folders that it needs.
/// \throws std::runtime_error that names the file
void write_whole(const std::string& path, const std::string& text);

}  // namespace classroom

#pragma once
#include <optional>
#include <string>
#include <vector>

#include "grade.hpp"

namespace classroom {

/// The folder of the results, one file a submission. It is ours alone while this object lives.
class Store {
 public:
  /// Makes the folder if need be.
  /// \throws std::runtime_error that says what to do when it cannot be written, or another `grade` works on it
  explicit Store(const std::string& folder);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// What is there for this submission, or nothing; a file that cannot be read counts as nothing.
  std::optional<Grade> find(const std::string& submission) const;

  /// Replaces the submission's file as a whole or, when that fails, leaves it as it was.
  /// \throws std::runtime_error when the disk is full or the folder is gone
  void put(const Grade& grade) const;

  std::string path_of(const std::string& submission) const { return folder_ + "/" + submission + ".json"; }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
  int lock_ = -1;
};

/// A fingerprint (SHA-256) of a file.
/// \throws std::runtime_error when it cannot be read
std::string fingerprint_of_file(const std::string& path);

}  // namespace classroom

#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "mutate.hpp"

namespace mutants {

/// Mutants of a lab that no test can kill, because the contract allows what they do. The list is written by hand:
///
///   echo_server.cpp: change a number
///   - std::array<std::byte, 64 * 1024> buffer;
///   How much is read at once is not to be seen from outside.
///
/// First the file and the rule (where the same line stands in several functions, also the function: `drop a statement
/// in run`), then the line as it is (`-`, in full, several when the mutant changes several), then, where not all
/// changes of this rule to it are meant, what it becomes (`+`), then the reason. An empty line ends it.
class Equivalents {
 public:
  /// \throws std::runtime_error when `text` is not such a list
  explicit Equivalents(const std::string& text);

  /// The reason for this mutant; empty when it is not in the list.
  std::string reason(const std::string& file, const Mutant& mutant) const;

  /// Entries that match none of `mutants`: the first line of each.
  std::vector<std::string> matching_none(const std::string& file, const std::vector<Mutant>& mutants) const;

  /// Entries that match `mutants` in more than one function, so that one's reason would hide the others: the first line
  /// of each, and the functions. Where a line stands twice in one function, its entry means both.
  std::vector<std::string> matching_several(const std::string& file, const std::vector<Mutant>& mutants) const;

  /// The files that the list names.
  std::vector<std::string> files() const;

 private:
  struct Entry {
    std::string file, rule, function, before, after, reason;

    std::string heading() const;
    bool matches(const std::string& name, const Mutant& mutant) const;
  };

  std::vector<Entry> entries_;
};

}  // namespace mutants

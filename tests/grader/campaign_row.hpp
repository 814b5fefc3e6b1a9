#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proof.hpp"

/// How often a program has passed a test, and how often not.
struct Verdicts {
  int passed = 0, failed = 0;
  bool differ() const { return passed > 0 && failed > 0; }
};

/// For each program folder and test what came of it, in all rounds.
using VerdictsByTest = std::map<std::pair<std::string, std::string>, Verdicts>;

/// What all rounds of one lab have given in one state of the machine, or with one fault.
struct Row {
  std::string lab;             ///< "lab06"
  std::string name;            ///< one word: the condition, or the fault
  std::string circumstances;   ///< the same for a reader
  bool faulty = false;         ///< with a fault, so that verdicts may differ from those of other rows
  std::uint64_t programs = 0;  ///< fingerprint_of_proven_programs() when its rounds began
  int rounds = 0;
  int right = 0, mistakes = 0;                                    ///< programs that were judged in each round
  int false_alarms = 0, missed = 0, others = 0, near_misses = 0;  ///< in all rounds together
  std::vector<std::string> remarks;
  VerdictsByTest verdicts;

  /// Counts one more round.
  void add(const ProofRecord& record);
};

/// The rows of a report in a folder, one file each: hours of work that an interruption must not lose, and that more
/// than one `grade` may share, each with labs of its own.
class RowStore {
 public:
  /// \param folder is made if need be; empty: nothing is kept
  explicit RowStore(const std::string& folder);

  /// What is there of this row, or nothing. What was found of programs that have changed since its first round began is
  /// of no use and counts as nothing, like a file that cannot be read.
  std::optional<Row> find(const std::string& lab, const std::string& name) const;

  /// Replaces the row's file as a whole. \throws std::runtime_error when it cannot be written
  void put(const Row& row) const;

 private:
  std::string path_of(const std::string& lab, const std::string& name) const;
  std::string folder_;
};

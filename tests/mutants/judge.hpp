#pragma once
#include <string>
#include <vector>

#include "runner.hpp"
#include "workshop.hpp"

namespace mutants {

/// What became of a mutant.
struct Verdict {
  enum class Kind {
    killed,    ///< a test failed
    survived,  ///< none did
    equal,     ///< the compiler makes the same program of it
    same,      ///< the compiler makes the same of it as of an earlier mutant
    not_compiled,
    broken,  ///< no verdict: what should have judged it was ended
  };

  Kind kind = Kind::broken;
  std::string by;  ///< the test that killed it, with its state
};

/// Runs tests `from` to `to` side by side with the programs in `folder`.
/// \returns the first failure, with its state, or nothing
std::string first_failure(const Lab& lab, const std::vector<const Test*>& tests, std::size_t from, std::size_t to,
                          const std::string& folder, const RunOptions& options);

/// Builds a mutant in `folder` and runs the tests in the order given until one fails. The quick build meets the first
/// ones, what survives them is built as a learner's programs are and meets all.
/// \param seen a folder with one file for each program that has been judged
Verdict judge(const Workshop& workshop, const Lab& lab, const std::vector<const Test*>& tests, const std::string& file,
              const std::string& text, const std::string& folder, const std::string& seen, const RunOptions& options);

}  // namespace mutants

#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "course.hpp"
#include "recipe.hpp"

namespace mutants {

/// Builds the programs of a lab from its reference with one file replaced.
class Workshop {
 public:
  /// How the programs are compiled.
  enum class Way {
    plain,      ///< without sanitizers and debug information: quicker, and equal programs are equal files
    sanitized,  ///< as a learner's
  };

  /// Builds the reference itself in both ways, in `folder`.
  /// \throws std::runtime_error when that fails
  Workshop(const Lab& lab, const std::string& folder);

  /// The files that are worth changing: those of the reference that a learner has to complete.
  std::vector<std::string> files() const;

  std::string text_of(const std::string& file) const;

  struct Made {
    bool compiled = false;
    std::uint64_t fingerprint = 0;  ///< of the programs that differ from the reference's; 0: none does
  };

  /// Builds into `folder` what differs when `file` reads `text`. The other programs are links to the reference's.
  Made make(const std::string& file, const std::string& text, Way way, const std::string& folder) const;

 private:
  std::string reference(Way way) const;
  std::vector<std::string> compiler(Way way) const;
  bool compile(const std::string& source, Way way, const std::string& file, const std::string& objects) const;
  bool link(const std::string& program, Way way, const std::string& folder) const;
  std::vector<std::string> all_files() const;

  classroom::Recipe recipe_;
  std::string solution_, skeleton_, folder_, reference_programs_;
};

}  // namespace mutants

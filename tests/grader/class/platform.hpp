#pragma once
#include <map>
#include <string>

namespace classroom {

/// What a platform tells of a submission.
struct Told {
  std::string learner;    ///< the name; of several who handed in together, the first; empty when it is not told
  std::string submitted;  ///< as UTC; empty when it is not told
};

/// What stands in `submission_metadata.yml`, which Gradescope puts beside the folders of a class's submissions; by
/// folder. What cannot be read is left out.
std::map<std::string, Told> told_by_gradescope(const std::string& text);

}  // namespace classroom

#pragma once
#include <set>
#include <string>
#include <vector>

#include "runner.hpp"

/// A recorded mistake, as the header above its patch tells it:
///   What:      what is wrong
///   Sees:      what the learner sees
///   Caught by: the tests that must fail
///   May fail:  tests that may fail as well
///   Says:      words that the message of the first of them must contain
struct Mistake {
  std::string name, what, sees, says;
  std::vector<std::string> caught_by;
  std::set<std::string> may_fail;  ///< those that must fail, too
};

/// The recorded mistakes of a lab, in the order of their names; none where the kit has none.
std::vector<Mistake> recorded_mistakes(const Lab& lab);

/// True when a test's message contains `text`.
bool message_says(const Result& result, const std::string& text);

/// The recorded mistake that explains best which tests have failed and what they said, if one does so well and no other
/// does as well. It is a guess.
/// \returns null when the match is poor
const Mistake* nearest(const std::vector<Mistake>& mistakes, const std::vector<const Job*>& jobs);

#pragma once
#include <map>
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
  std::set<std::string> may_fail;                       ///< those that must fail, too
  std::map<std::string, std::set<std::string>> traces;  ///< by failed test: the words of its message, see words_of()
};

/// The recorded mistakes of a lab, in the order of their names; none where the kit has none. What their failures said
/// when it was last noted stands in `mistakes/traces.txt`.
std::vector<Mistake> recorded_mistakes(const Lab& lab);

/// True when a test's message contains `text`.
bool message_says(const Result& result, const std::string& text);

/// What is telling in a failed test's message: the words of what was expected, what came and what it seems, and the
/// calls that the program made, without numbers, since these differ from run to run.
std::set<std::string> words_of(const Result& result);

/// Notes what the failures of each mistake say now, in `mistakes/traces.txt`, for nearest() to compare with.
/// \param traces by mistake and failed test: its words
void remember(const Lab& lab, const std::map<std::string, std::map<std::string, std::set<std::string>>>& traces);

/// The recorded mistake whose failures were most like these: the same tests with the same words; if one is very like
/// them and no other nearly as much. It is a guess. \returns null when the match is poor
const Mistake* nearest(const std::vector<Mistake>& mistakes, const std::vector<const Job*>& jobs);

#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "calls.hpp"

// What happened in the test case that is running, in the words in which a failure is told.
namespace harness {

/// What became of a test. Only `passed` earns points.
enum class State {
  passed,
  wrong,           ///< the program answered, but not as its contract says
  crashed,         ///< a signal, an abort or a sanitizer ended the program
  timed_out,       ///< the program did nothing more while we waited
  does_not_build,  ///< there is no program to run
  not_started,     ///< the part is still `not written yet`
  blocked,         ///< a more basic test must pass first, so this one was not run
  skipped,         ///< this machine cannot run the test; its points are not counted
};

/// The words of the board: "passed", "timed out", ...
std::string_view name(State state);

/// One line of a failure message: `label` in the margin, `text` beside it. Newlines in `text` keep the margin.
struct Detail {
  std::string label;  ///< "we sent"; the margin is as wide as the longest
  std::string text;   ///< what stands beside it
};

/// What a test has done and seen so far. Tests say because() and read_about(); peers and programs tell the rest.
class Story {
 public:
  /// The story of the test case that is running.
  static Story& current();

  /// Forgets everything; called when a test case starts.
  void begin();

  /// Adds a step. Steps that follow each other under the same label are told in one line.
  void step(std::string label, std::string text);

  /// Folds the steps since `mark()` into one: they went well, and a failure that comes later is not about them.
  void fold(std::string text);

  /// From here on is what the next fold() folds.
  void mark() { mark_ = steps_.size(); }

  /// Adds a fact that belongs at the end of the message, such as what the program wrote on stderr.
  void note(std::string label, std::string text);

  /// Says what was expected and what came instead; `caret` is a line below `received`, or empty.
  void mismatch(std::string expected, std::string received, std::string caret = "");

  /// Says what kind of failure this is. A stronger reason replaces a weaker one: not started, then does not
  /// build, then crashed, then timed out, then wrong.
  void conclude(State state);

  /// Says that something happened at `when`. The first of all that happened is the zero of every time that is told, so
  /// that the times of several programs can be compared.
  void happened(std::uint64_t when) { zero_ = zero_ == 0 || when < zero_ ? when : zero_; }
  std::uint64_t zero() const { return zero_; }  ///< That moment.

  /// Says that the failure is one of coming too late, which a busy machine may bring about as well as a program.
  void time_decided() { time_decided_ = true; }
  bool has_time_decided() const { return time_decided_; }  ///< Whether it is.

  /// Why the rule that is tested exists, for a learner; where to read about it; how to try it by hand.
  void because(std::string why) { why_ = std::move(why); }
  void read(std::string where) { read_ = std::move(where); }              ///< Where to read about it.
  void by_hand(std::string commands) { by_hand_ = std::move(commands); }  ///< How to try it by hand.

  State state() const { return state_; }  ///< What kind of failure it is, if it is one.

  /// True when something has gone wrong already.
  bool failed() const { return !mismatch_.empty(); }

  /// The mismatch, when it was noticed, and when which step was told; for a message that sets them beside the program's
  /// own calls. Times are nanoseconds of the steady clock.
  std::string expected() const { return failed() ? mismatch_[0].text : ""; }
  std::string received() const { return failed() ? mismatch_[1].text : ""; }  ///< What came instead.
  std::uint64_t failed_at() const { return failed_at_; }                      ///< When that was seen.
  const std::vector<OurStep>& moments() const { return moments_; }            ///< When which step was told.

  /// The whole message, in the order in which a learner reads it.
  std::vector<Detail> told() const;

 private:
  State state_ = State::wrong;
  std::vector<Detail> steps_;
  std::size_t mark_ = 0;
  std::vector<Detail> mismatch_;
  std::vector<Detail> notes_;
  std::vector<OurStep> moments_;
  std::uint64_t failed_at_ = 0, zero_ = 0;
  bool time_decided_ = false;
  std::string why_, read_, by_hand_;
};

/// In a test that does the same with one thing after another: where the first round begins, and what is told in one
/// line of each round that went well, instead of its steps.
inline void begin_rounds() { Story::current().mark(); }
/// This round went well: one line instead of its steps.
inline void next_round(const std::string& went_well) { Story::current().fold(went_well); }

/// Why the rule that is tested exists. Said once at the start of a test.
inline void because(std::string why) { Story::current().because(std::move(why)); }

/// The chapter's section to read, as `file "heading"`: `docs/02-tcp-echo.md "One send, many receives"`.
inline void read_about(std::string where) { Story::current().read(std::move(where)); }

/// Commands that let a learner repeat the test with two terminals.
inline void by_hand(std::string commands) { Story::current().by_hand(std::move(commands)); }

}  // namespace harness

#include "story.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace harness {
namespace {

// How strongly a state explains a failure: the program that crashed also fell silent, not the other way round.
int strength(State state) {
  switch (state) {
    case State::not_started: return 4;
    case State::does_not_build: return 3;
    case State::crashed: return 2;
    case State::timed_out: return 1;
    default: return 0;
  }
}

constexpr std::size_t most_steps = 14;

std::uint64_t now() {
  return static_cast<std::uint64_t>(
      std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

}  // namespace

std::string_view name(State state) {
  switch (state) {
    case State::passed: return "passed";
    case State::wrong: return "wrong";
    case State::crashed: return "crashed";
    case State::timed_out: return "timed out";
    case State::does_not_build: return "does not build";
    case State::not_started: return "not started";
    case State::blocked: return "blocked";
    case State::skipped: return "skipped";
  }
  return "?";
}

Story& Story::current() {
  static Story story;
  return story;
}

void Story::begin() { *this = Story(); }

void Story::step(std::string label, std::string text) {
  if (!mismatch_.empty()) return;  // what happens after the first failure only hides it
  happened(now());
  moments_.push_back({now(), label + " " + (text.size() > 60 ? text.substr(0, 57) + "..." : text)});
  if (!steps_.empty() && steps_.back().label == label) {
    // A long line of equal steps is told by its last ones.
    if (steps_.back().text.size() > 200) steps_.back().text = "...";
    steps_.back().text += ", then " + text;
  } else {
    steps_.push_back({std::move(label), std::move(text)});
  }
}

void Story::fold(std::string text) {
  if (!mismatch_.empty()) return;
  steps_.resize(std::min(mark_, steps_.size()));
  if (!text.empty()) step("so far", std::move(text));
  mark();
}

void Story::note(std::string label, std::string text) { notes_.push_back({std::move(label), std::move(text)}); }

void Story::mismatch(std::string expected, std::string received, std::string caret) {
  // The first thing that goes wrong is the one to explain; what follows is often its consequence.
  if (!mismatch_.empty()) return;
  failed_at_ = now();
  // The last step is most often that which brought the wrong answer; it is told better here.
  if (!steps_.empty() && steps_.back().label.ends_with(" received") &&
      steps_.back().text.find(", then ") == std::string::npos)
    steps_.pop_back();
  if (!caret.empty()) received += "\n" + caret;
  mismatch_ = {{"we expected", std::move(expected)}, {"what came", std::move(received)}};
}

void Story::conclude(State state) {
  if (strength(state) > strength(state_)) state_ = state;
}

std::vector<Detail> Story::told() const {
  std::vector<Detail> all;
  if (steps_.size() > most_steps) {
    all.push_back({"first", "(" + std::to_string(steps_.size() - most_steps) + " earlier steps)"});
    all.insert(all.end(), std::prev(steps_.end(), most_steps), steps_.end());
  } else {
    all = steps_;
  }
  all.insert(all.end(), mismatch_.begin(), mismatch_.end());
  all.insert(all.end(), notes_.begin(), notes_.end());
  if (!why_.empty()) all.push_back({"why", why_});
  if (!read_.empty()) all.push_back({"read", read_});
  if (!by_hand_.empty()) all.push_back({"by hand", by_hand_});
  return all;
}

}  // namespace harness

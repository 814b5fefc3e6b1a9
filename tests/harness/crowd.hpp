#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "program.hpp"

namespace harness {

/// Many TCP clients of the program under test, driven by the test's one thread.
///
/// What one of them finds wrong is told with its number; the steps of a thousand are told as one.
class Crowd {
 public:
  /// Connects `size` clients, a few at a time, so that no queue of waiting connections need be long. Each sends
  /// `greeting` and waits for `answer`, after which the program must have accepted it.
  Crowd(const Endpoint& where, std::size_t size, std::string_view greeting, std::string_view answer);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  /// True when each client was answered; else the story tells what the first one found instead.
  bool connected() const { return complete_; }

  /// Each client sends `bytes`, all of them at the same time; true when each receives exactly `expected`.
  bool exchange(std::string_view bytes, std::string_view expected);

  std::size_t size() const { return members_.size(); }  ///< How many they are.

  /// Each of them closes, or resets its connection.
  void close();  ///< Each of them closes.
  void reset();  ///< Each of them resets its connection (RST).

 private:
  struct Member {
    int fd = -1;
    std::string received;
    std::string_view rest;  // to be sent
    bool broken = false;
    std::string trouble;
  };
  bool add(const Endpoint& where, std::size_t count, std::string_view greeting, std::string_view answer);
  bool drive(std::size_t from, std::string_view bytes, std::string_view expected);
  void advance(Member& member, short ready, std::size_t wanted);
  bool all_match(std::size_t from, std::string_view expected) const;

  std::vector<Member> members_;
  bool complete_ = false;
};

}  // namespace harness

#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "received.hpp"
#include "recording.hpp"

namespace harness {

/// What is known of a program when its test has failed.
struct Evidence {
  std::vector<RecordedCall> calls;
  std::string program;  ///< the path of the executable
  Exit exit;
  bool killed_by_us = false;
  std::string expected, received;  ///< the mismatch, as the story tells it
  std::string said;                ///< what the program wrote on stderr, last
  std::uint64_t start = 0;         ///< from when times are told, on the recording's clock
  std::uint64_t busy_ms = 0;       ///< processor time of the program and its children
  std::uint64_t lived_ms = 0;
  std::uint64_t failed_at = 0;      ///< when the test saw the mismatch, on the recording's clock; 0: it did not
  std::uint64_t asked_to_stop = 0;  ///< when we sent a signal to stop, on the recording's clock; 0: we did not
};

/// What probably brought the ending about, a sentence each, the likeliest first. Empty where nothing stands out.
std::vector<std::string> diagnose(const Evidence& evidence);

}  // namespace harness

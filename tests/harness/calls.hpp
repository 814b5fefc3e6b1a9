#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "recording.hpp"

// Recorded calls as a person reads them.
namespace harness {

/// `recv(4, 1024) = 3 "Hel"`, `accept(3) = -1 EINTR (Interrupted system call)`, `recv(4, 1024) ... still waiting`
std::string in_words(const RecordedCall& call);

/// What happened on the other side, to be told between the calls.
struct OurStep {
  std::uint64_t when = 0;  ///< on the recording's clock
  std::string text;
};

/// The last calls before `until`, at most `lines` lines: time since `start`, call, repeated ones folded with a count;
/// and between them what the peer did.
std::string listing(const std::vector<RecordedCall>& calls, const std::vector<OurStep>& moments, std::uint64_t start,
                    std::uint64_t until, std::size_t lines);

/// Where in the program's sources a call was made: `echo_server.cpp:47`, or empty where that cannot be found out.
/// \param program the path of the executable
std::string place_of(const RecordedCall& call, const std::string& program);

}  // namespace harness

#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "recording.hpp"

/// A sequence chart of recorded calls: the program's lane and its peer's, time downward, waits as bars.

/// What a chart shows of one call.
struct Event {
  enum class Way { none, out, in } way = Way::none;
  double at_ms = 0, waited_ms = 0;
  std::string call;  ///< on the program's side
  std::string wire;  ///< on the arrow: `SYN`, `5 bytes "hello"`, `FIN`; empty: no arrow
};

std::vector<Event> events_of(const std::vector<harness::RecordedCall>& calls, std::uint64_t start);

std::string chart_as_text(const std::vector<Event>& events, const std::string& program);

/// The same as a picture (SVG 1.1) that needs no other file.
std::string chart_as_svg(const std::vector<Event>& events, const std::string& program);

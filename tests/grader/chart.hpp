#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "recording.hpp"
#include "wire.hpp"

/// A sequence chart of recorded calls: calls, kernel, wire, kernel, calls, time downward, waits as bars.

/// One of the two programs.
struct Lane {
  std::string name;
  std::vector<harness::RecordedCall> calls;
};

enum class Way { none, right, left };

/// What happened at one moment.
struct ChartRow {
  double at_ms = 0;
  std::string left, right;                          ///< calls: `recv(4, 100) = 5 "hello"`
  Way left_way = Way::none, right_way = Way::none;  ///< between call and kernel
  std::string wire;                                 ///< on the arrow: `SYN`, `5 bytes "hello"`, `FIN`
  Way wire_way = Way::none;
  double waited_ms = 0;        ///< how long the call took
  std::size_t waits_from = 0;  ///< the row in which it began; its own row: it did not wait
};

struct Chart {
  std::string left, right;  ///< the names of the lanes
  std::vector<ChartRow> rows;
};

/// A program and a peer of whom nothing is known. What crossed the wire is told from the program's own calls.
Chart chart_of(const Lane& program, std::uint64_t start);

/// Two programs, and the packets that were seen between them. Without packets the arrows come from the calls on the
/// left.
Chart chart_of(const Lane& left, const Lane& right, const std::vector<harness::SeenPacket>& packets,
               std::uint64_t start);

std::string as_text(const Chart& chart);

/// The same as a picture (SVG) that needs no other file. It takes its colour from the text around it, so that it can be
/// read on a light page and on a dark one; --chart-wire and --chart-wait are the colours of arrows and waits.
std::string as_svg(const Chart& chart);

#pragma once
#include <cstdint>
#include <string>
#include <vector>

// The packets of a test case, captured where it has the network to itself (packet(7); no root is needed there).
namespace harness {

/// Begins to capture on loopback. Does nothing on a shared network, or where the system does not allow it.
void start_capture();

/// Forgets what has been captured; called when a test case starts.
void restart_capture();

/// Says that `port` is the test's, not the program's.
void is_our_port(std::uint16_t port);

/// The last packets before `until`, a line each: time since `start`, direction, what it is. Empty when nothing was
/// captured.
std::string packets_in_words(std::uint64_t start, std::uint64_t until, std::size_t lines);

/// A packet that says something: it carries data, or begins or ends a connection.
struct SeenPacket {
  std::uint64_t when = 0;  ///< nanoseconds of CLOCK_MONOTONIC
  std::uint16_t from = 0;  ///< port of its sender, in host byte order
  std::uint16_t to = 0;    ///< port of its receiver
  std::string signs;       ///< "SYN", "SYN ACK", "FIN", "RST" or empty
  std::string data;        ///< the first of it
  std::size_t length = 0;  ///< of all its data, in bytes
};

/// Everything captured but bare acknowledgements, in order.
std::vector<SeenPacket> seen_packets();

/// Writes everything captured to `path` in the format of pcap(3). False when there is nothing or it cannot be written.
bool write_capture(const std::string& path);

/// The folder in which failed tests leave their captures; empty: nowhere.
void set_captures_folder(std::string folder);
/// That folder.
const std::string& captures_folder();

}  // namespace harness

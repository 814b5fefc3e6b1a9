#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Loads a server of lab 04's protocol from one thread, with many connections at a time.

struct Load {
  int connections = 1;
  std::size_t payload = 64;  ///< bytes of a request
  int depth = 1;             ///< requests that a connection has under way at the same time
};

struct Figures {
  double messages_a_second = 0;
  long messages = 0;
  double p50_us = 0, p99_us = 0;  ///< from a request's first byte to its answer's last, in microseconds
};

/// Connections that stay open between measurements.
class Crowd {
 public:
  /// Connects `count` times to 127.0.0.1:`port` and has one exchange on each, all at the same time, so that the server
  /// has accepted them.
  /// \throws std::runtime_error when it cannot
  Crowd(std::uint16_t port, int count);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  double seconds_to_connect() const { return seconds_to_connect_; }

  /// Keeps the first `load.connections` busy for about `seconds`.
  Figures measure(const Load& load, double seconds);

 private:
  std::vector<int> fds_;
  double seconds_to_connect_ = 0;
};

/// Lets this process and those that it starts have so many descriptors.
/// \returns false when the machine allows fewer
bool allow_descriptors(unsigned long wanted);

#pragma once
#include "socket.hpp"

/// SIGTERM and SIGINT as something that poll can wait for.
///
/// A signal may arrive at any moment, also just before poll begins to wait, and a handler may do next to nothing. So
/// the handler writes one byte into a pipe, and poll watches the other end (the self-pipe trick).
/// \see \man{signal-safety,7}
class StopSignal {
 public:
  /// From now on the two signals no longer end the program.
  StopSignal();

  /// Becomes readable with the first signal.
  int fd() const noexcept { return read_end_.fd(); }

 private:
  net::Socket read_end_, write_end_;  // not sockets, but they own a descriptor all the same
};

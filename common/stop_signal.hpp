#pragma once
#include <optional>

#include "deadline.hpp"

namespace net {

/// Turns SIGINT and SIGTERM into something that one can wait for, so that a program ends at a place of its own choice.
///
/// A signal handler may do next to nothing. This one writes a byte into a pipe (the self-pipe trick); a wait that looks
/// at the pipe beside the socket cannot miss the signal, whenever it comes. One object for each program.
/// \see \man{signal-safety,7}
class StopSignal {
 public:
  /// From now on the two signals are caught.
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// True when one of the signals has come.
  bool given() const;

  /// Waits until `socket` has something to receive.
  /// \param deadline without it the wait has no end of its own
  /// \returns false when the program is to stop or the deadline has passed, whichever came first
  /// \throws std::system_error when poll(2) fails
  /// \see \man{poll,2}
  bool wait_readable(const Socket& socket, std::optional<Deadline> deadline = std::nullopt) const;

 private:
  int read_end_ = -1;
};

}  // namespace net

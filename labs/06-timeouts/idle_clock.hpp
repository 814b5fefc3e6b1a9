#pragma once
#include <chrono>
#include <cstddef>

#include "deadline.hpp"

/// When the server loses patience with one client. Each connection has a clock of its own: what others do moves only
/// theirs.
///
/// The connection tells its clock what happens, and the clock decides what of it starts the limit anew. Not everything
/// does: who sends a byte now and then must not be able to stay for ever with half a frame.
class IdleClock {
 public:
  explicit IdleClock(std::chrono::milliseconds limit) : limit_(limit), deadline_(net::Deadline::never()) {}

  /// The client has been accepted.
  void accepted();

  /// Bytes have arrived, while no answers waited to be taken.
  /// \param began_frame the first of them is the first of a frame
  /// \param completed how many frames are whole now that were not before
  void received(bool began_frame, std::size_t completed);

  /// The system has taken bytes of the answers.
  void sent();

  /// If nothing happens before, the client is late then.
  net::Deadline deadline() const noexcept { return deadline_; }

 private:
  std::chrono::milliseconds limit_;
  net::Deadline deadline_;
};

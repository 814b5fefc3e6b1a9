#pragma once
#include <optional>
#include <string_view>

#include "byte_queue.hpp"

/// Turns what is typed, which arrives in any pieces, into lines.
class Lines {
 public:
  /// Reads once what stdin has. Waits only if poll does not call stdin ready.
  void read();

  /// The next whole line without its newline, or after the end of input what is left. No value: read again.
  /// The view ends with the next call.
  /// \throws std::runtime_error when it is longer than a request may be
  std::optional<std::string_view> next();

  bool ended() const noexcept { return ended_; }

 private:
  void take_off_last() noexcept;

  ByteQueue bytes_;
  std::size_t looked_at_ = 0;  // of bytes_, in search of a newline
  std::size_t last_ = 0;       // bytes that the last line took, its newline included
  bool ended_ = false;
};

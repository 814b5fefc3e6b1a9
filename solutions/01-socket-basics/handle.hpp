#pragma once

/// 01.10  Owns one descriptor: whoever holds the handle may use the number, and it is closed exactly once.
///
/// The number of a closed descriptor is soon given out again. Closing it a second time would close somebody else's
/// socket, so a handle that has given its descriptor away, or has closed it, holds no number any more (-1).
class Handle {
 public:
  explicit Handle(int fd) noexcept : fd_(fd) {}

  /// Takes the descriptor over; `other` holds none afterwards.
  Handle(Handle&& other) noexcept;

  /// Closes what this handle holds, then takes over what `other` holds.
  Handle& operator=(Handle&& other) noexcept;

  /// Closes what is still held.
  ~Handle();

  /// Closes now, and says so if that fails.
  /// \throws std::system_error "close: ..."
  /// \see close(2)
  void close();

  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

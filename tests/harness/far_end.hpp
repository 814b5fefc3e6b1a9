#pragma once
#include <cstddef>
#include <optional>

namespace harness {

/// The other end of a TCP connection within this machine, as the kernel has it.
struct FarEnd {
  bool established = false;  ///< Neither side has closed it.
  std::size_t unread = 0;    ///< Bytes that have arrived there and that nobody has received yet.
};

/// Asks the kernel for that one connection, which is quick however many there are, and reads its tables where it does
/// not answer. Nothing when there is no other end any more.
/// \param fd our end; when it is not connected, there is no other one
/// \see \man{sock_diag,7}
std::optional<FarEnd> far_end(int fd);

/// The same from the tables alone (\man{proc_pid_net,5}), which takes some milliseconds.
std::optional<FarEnd> far_end_by_table(int fd);

/// True when nothing that we have sent on `fd`, and that has arrived, is still to be received by the other side.
bool everything_is_read(int fd);

}  // namespace harness

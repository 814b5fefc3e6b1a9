#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace harness {

/// The states of a TCP socket, by their numbers in the kernel's tables. \see \man{tcp,7}
enum class TcpState : unsigned { established = 1, close = 7, listen = 10 };

/// One socket in a table of the kernel.
struct SocketLine {
  std::string local, remote;                      ///< addresses as text, IPv6 in brackets
  std::uint16_t local_port = 0, remote_port = 0;  ///< in host byte order
  TcpState state{};
  std::size_t unread = 0;  ///< bytes that have arrived and that nobody has received yet
  std::string inode;       ///< what the socket's descriptors are links to
};

/// The sockets of our network. To read a table of TCP takes some milliseconds, however few there are.
/// \param name tcp, tcp6, udp or udp6
/// \see \man{proc_pid_net,5}
std::vector<SocketLine> socket_table(const std::string& name);

}  // namespace harness

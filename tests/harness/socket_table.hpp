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
  std::string local;              ///< Its own address as text, IPv6 in brackets.
  std::string remote;             ///< Its peer's, in the same form.
  std::uint16_t local_port = 0;   ///< In host byte order.
  std::uint16_t remote_port = 0;  ///< In host byte order; 0 when it has no peer.
  TcpState state{};               ///< For UDP too: one that is bound and not connected is in the state "close".
  std::size_t unread = 0;         ///< Bytes that have arrived and that nobody has received yet.
  std::string inode;              ///< What the socket's descriptors are links to.
};

/// The sockets of our network. To read a table of TCP takes some milliseconds, however few there are.
/// \param name tcp, tcp6, udp or udp6
/// \see \man{proc_pid_net,5}
std::vector<SocketLine> socket_table(const std::string& name);

}  // namespace harness

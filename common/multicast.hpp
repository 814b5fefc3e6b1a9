#pragma once
#include <optional>

#include "socket.hpp"

// What a datagram socket needs to talk to many at once: options of setsockopt, one function each.
namespace net {

/// True for 224.0.0.0 to 239.255.255.255 (RFC 5771) and for ff00::/8 (RFC 4291): a group, and not one machine.
bool is_multicast(const Address& address) noexcept;

/// Allows the socket to send to broadcast addresses. Without it sending there fails with EACCES.
/// \see \man{socket,7}
void set_broadcast(Socket& socket);

/// Lets several sockets be bound to the same port of this machine, if each of them asks for it before bind. Each then
/// gets every broadcast and multicast datagram; a unicast datagram reaches only one of them.
/// \see \man{socket,7}
void share_port(Socket& socket);

/// Makes the system receive what is sent to `group` and arrives by one interface.
/// \param interface an address of that interface; without it the routing table chooses
/// \throws std::system_error when there is no such interface
/// \see \man{ip,7}
void join_group(Socket& socket, const Address& group, const std::optional<Address>& interface = std::nullopt);

/// Sends what is for a group out by the interface that has the address `interface`.
/// \see \man{ip,7}
void set_multicast_interface(Socket& socket, const Address& interface);

/// How many networks a datagram to a group may pass: 1 keeps it in its own, each router takes one off.
/// \param hops 0 to 255
/// \see \man{ip,7}
void set_multicast_hops(Socket& socket, int hops);

}  // namespace net

#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

#include "clock.hpp"
#include "program.hpp"

// What the test's own sockets have in common, on plain system calls.
namespace harness {

/// An address in the form that the system calls take.
struct SocketAddress {
  sockaddr_storage storage{};         ///< the bytes, whatever the family
  socklen_t length = sizeof storage;  ///< of the address in bytes; until one is written, the room for it

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }  ///< For a call that writes an address.
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }  ///< For a call that reads it.
  int family() const { return storage.ss_family; }                                     ///< AF_INET or AF_INET6
  std::uint16_t port() const;                                                          ///< In host byte order.
  Endpoint endpoint() const;  ///< The same as numbers and text.
};

/// \param host a numeric address without brackets; anything else fails the test
SocketAddress to_address(const std::string& host, std::uint16_t port);

/// A new non-blocking socket. \param type SOCK_STREAM or SOCK_DGRAM
int new_socket(int family, int type);

/// The address that the system has given to `fd`. \see \man{getsockname,2}
SocketAddress local_address(int fd);

/// Waits until `fd` is ready for `events`, the deadline passes, or waiting is in vain because every program that
/// could still act has ended. Returns whether it is ready.
bool wait_for(int fd, short events, const Deadline& deadline);

/// Waits until the other side's kernel has everything that was sent, the end of the stream included, read or not.
void wait_until_acknowledged(int fd);

}  // namespace harness

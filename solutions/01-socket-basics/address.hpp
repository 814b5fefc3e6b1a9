#pragma once
// Given: an address as the system calls want it, and what people write instead.
#include <sys/socket.h>

#include <string>
#include <vector>

/// An IPv4 or IPv6 address with its port, in the form that bind, connect and the others take.
struct SocketAddress {
  sockaddr_storage storage{};          ///< large enough for every family
  socklen_t length = sizeof(storage);  ///< how many bytes of it are used; before accept and the like: how many there are

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// `127.0.0.1:80` or `[::1]:80`.
/// \see getnameinfo(3)
std::string text(const SocketAddress& address);

/// The addresses of a name, each once, in the resolver's order.
/// \param family AF_INET, AF_INET6, or AF_UNSPEC for both
/// \param port in decimal, 0 to 65535
/// \see getaddrinfo(3)
std::vector<SocketAddress> resolve(const std::string& host, const std::string& port, int family);

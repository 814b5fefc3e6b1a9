#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace net {

/// Where a socket is or whom it talks to: an IPv4 or IPv6 address with a port.
///
/// A plain value: it can be copied and compared, and owns nothing. It holds the bytes in the form in which the system
/// calls take them, whatever the family.
class Address {
 public:
  /// No address yet; a place for accept or recvfrom to write one.
  Address() noexcept = default;

  /// Copies what the system gave.
  /// \param length in bytes, at most sizeof(sockaddr_storage)
  Address(const sockaddr* address, socklen_t length) noexcept;

  /// AF_INET, AF_INET6, or AF_UNSPEC when there is no address.
  int family() const noexcept { return storage_.ss_family; }

  /// In host byte order.
  std::uint16_t port() const noexcept;

  /// The address without its port: `127.0.0.1`, `::1`.
  /// \see \man{getnameinfo,3}
  std::string host() const;

  /// As people write it, IPv6 in brackets: `127.0.0.1:80`, `[::1]:80`.
  std::string text() const;

  /// For the system calls.
  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage_); }
  sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage_); }  ///< For accept and recvfrom to write to.

  /// How many bytes of get() are the address.
  socklen_t length() const noexcept { return length_; }

  /// The length as accept and recvfrom want it: on entry the room there is, on return what was written.
  socklen_t* room() noexcept;

  /// The same family, address and port (and, for IPv6, interface).
  bool operator==(const Address& other) const noexcept;

 private:
  sockaddr_storage storage_{};
  socklen_t length_ = 0;
};

/// What an address is for.
enum class Use {
  connect,  ///< to talk to it
  bind,     ///< to be found there; the port may be 0
};

/// The addresses of `host`, each once, in the order in which they should be tried.
/// \param host a name, an IPv4 or an IPv6 literal without brackets
/// \param port in host byte order
/// \param type SOCK_STREAM or SOCK_DGRAM
/// \returns at least one address
/// \throws std::system_error in resolver_category() when the name has no address
/// \see \man{getaddrinfo,3}
std::vector<Address> resolve(const std::string& host, std::uint16_t port, int type, Use use);

/// Reads a port as people write it: decimal digits and nothing else.
/// \param lowest 0 for a server (the system chooses), 1 for a client
/// \throws UsageError when `text` is no number from `lowest` to 65535
std::uint16_t parse_port(std::string_view text, std::uint16_t lowest);

}  // namespace net

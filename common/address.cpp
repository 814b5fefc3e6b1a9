#include "address.hpp"

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

#include "error.hpp"

namespace net {

Address::Address(const sockaddr* address, socklen_t length) noexcept
    : length_(std::min<socklen_t>(length, sizeof storage_)) {
  std::memcpy(&storage_, address, length_);
}

std::uint16_t Address::port() const noexcept {
  // The port travels in network byte order; ntohs turns it into ours.
  if (family() == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(&storage_)->sin_port);
  if (family() == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_port);
  return 0;
}

std::string Address::host() const {
  char text[NI_MAXHOST];
  int error = ::getnameinfo(get(), length_, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
  if (error != 0) throw std::system_error(error, resolver_category(), "getnameinfo");
  return text;
}

std::string Address::text() const {
  std::string number = std::to_string(port());
  return family() == AF_INET6 ? "[" + host() + "]:" + number : host() + ":" + number;
}

socklen_t* Address::room() noexcept {
  length_ = sizeof storage_;
  return &length_;
}

bool Address::operator==(const Address& other) const noexcept {
  return length_ == other.length_ && std::memcmp(&storage_, &other.storage_, length_) == 0;
}

std::vector<Address> resolve(const std::string& host, std::uint16_t port, int type, Use use) {
  addrinfo hints{};
  hints.ai_socktype = type;
  hints.ai_flags = use == Use::bind ? AI_PASSIVE : 0;
  addrinfo* list = nullptr;
  int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (error == EAI_SYSTEM) throw_errno("look up " + host);
  if (error != 0) throw std::system_error(error, resolver_category(), "look up " + host);
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);

  std::vector<Address> addresses;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    Address address(entry->ai_addr, entry->ai_addrlen);
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) addresses.push_back(address);
  }
  return addresses;
}

std::uint16_t parse_port(std::string_view text, std::uint16_t lowest) {
  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  // from_chars stops at the first character that is no digit; a port has none.
  if (error != std::errc() || end != text.data() + text.size() || port < lowest)
    throw UsageError("PORT is a number from " + std::to_string(lowest) + " to 65535, not \"" + std::string(text) + "\"");
  return port;
}

}  // namespace net

#include "two_addresses.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

#include "sockets.hpp"

using namespace harness;

namespace {

std::vector<std::string> addresses_of(const std::string& name) {
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  std::vector<std::string> all;
  if (::getaddrinfo(name.c_str(), nullptr, &hints, &list) != 0) return all;
  for (const addrinfo* a = list; a != nullptr; a = a->ai_next) {
    char host[64] = "";
    ::getnameinfo(a->ai_addr, a->ai_addrlen, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
    all.emplace_back(host);
  }
  ::freeaddrinfo(list);
  return all;
}

// A socket bound to `port` of `host`, or -1.
int bound_to(const std::string& host, std::uint16_t port) {
  SocketAddress address = to_address(host, port);
  int fd = new_socket(address.family(), SOCK_STREAM);
  if (::bind(fd, address.get(), address.length) == 0) return fd;
  ::close(fd);
  return -1;
}

bool is_free(const std::string& host, std::uint16_t port) {
  int fd = bound_to(host, port);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

}  // namespace

TwoAddresses::TwoAddresses() {
  std::vector<std::string> addresses = addresses_of(text_);
  if (addresses.size() != 2 || !is_free(addresses[0], 0) || !is_free(addresses[1], 0)) return;
  first_ = addresses[0];
  second_ = addresses[1];
}

TwoAddresses::~TwoAddresses() {
  if (closed_ >= 0) ::close(closed_);
}

Listener& TwoAddresses::listen_on_second() {
  do listener_ = std::make_unique<Listener>(second_);
  while (!is_free(first_, listener_->endpoint().port));
  return *listener_;
}

std::string TwoAddresses::close_second() {
  // Bound but not listening: connecting to it is refused, and the system gives it to nobody else.
  std::uint16_t port = 0;
  do {
    if (closed_ >= 0) ::close(closed_);
    closed_ = bound_to(second_, 0);
    port = local_address(closed_).port();
  } while (!is_free(first_, port));
  return std::to_string(port);
}

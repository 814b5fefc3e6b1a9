#include "address.hpp"

#include <netdb.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

std::string text(const SocketAddress& address) {
  char host[NI_MAXHOST], port[NI_MAXSERV];
  int error = ::getnameinfo(address.get(), address.length, host, sizeof host, port, sizeof port,
                            NI_NUMERICHOST | NI_NUMERICSERV);
  if (error != 0) throw std::runtime_error(std::string("getnameinfo: ") + ::gai_strerror(error));
  bool six = address.storage.ss_family == AF_INET6;
  return six ? "[" + std::string(host) + "]:" + port : std::string(host) + ":" + port;
}

std::vector<SocketAddress> resolve(const std::string& host, const std::string& port, int family) {
  addrinfo hints{}, *list = nullptr;
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;  // or every address would come once for each type of socket
  int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
  if (error == EAI_SYSTEM) throw std::system_error(errno, std::generic_category(), "getaddrinfo");
  if (error != 0) throw std::runtime_error(std::string("getaddrinfo: ") + ::gai_strerror(error));

  std::vector<SocketAddress> addresses;
  std::vector<std::string> seen;
  for (addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    SocketAddress address;
    std::copy_n(reinterpret_cast<const char*>(entry->ai_addr), entry->ai_addrlen, reinterpret_cast<char*>(&address.storage));
    address.length = entry->ai_addrlen;
    std::string shown = text(address);
    if (std::find(seen.begin(), seen.end(), shown) != seen.end()) continue;
    seen.push_back(shown);
    addresses.push_back(address);
  }
  ::freeaddrinfo(list);
  return addresses;
}

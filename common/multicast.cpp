#include "multicast.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <cerrno>
#include <memory>

#include "error.hpp"

namespace net {
namespace {

template <class Value>
void set_option(const Socket& socket, int level, int option, const Value& value, const std::string& what) {
  if (::setsockopt(socket.fd(), level, option, &value, sizeof value) < 0) throw_errno(what);
}

in_addr four(const Address& address) { return reinterpret_cast<const sockaddr_in*>(address.get())->sin_addr; }
const in6_addr& six(const Address& address) { return reinterpret_cast<const sockaddr_in6*>(address.get())->sin6_addr; }

// IPv6 names an interface by its number, not by one of its addresses.
unsigned interface_number(const Address& interface) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) < 0) throw_errno("getifaddrs");
  std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != interface.family()) continue;
    socklen_t length = interface.family() == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    if (Address(entry->ifa_addr, length).host() == interface.host()) return ::if_nametoindex(entry->ifa_name);
  }
  errno = ENODEV;
  throw_errno("interface " + interface.host());
}

}  // namespace

bool is_multicast(const Address& address) noexcept {
  if (address.family() == AF_INET) return IN_MULTICAST(ntohl(four(address).s_addr));
  return address.family() == AF_INET6 && IN6_IS_ADDR_MULTICAST(&six(address));
}

void set_broadcast(Socket& socket) { set_option(socket, SOL_SOCKET, SO_BROADCAST, 1, "set SO_BROADCAST"); }

void share_port(Socket& socket) {
  socket.set_reuse_address();
  // On Linux SO_REUSEADDR is enough. The BSDs and macOS want SO_REUSEPORT too, except for groups.
#if !defined(__linux__)
  set_option(socket, SOL_SOCKET, SO_REUSEPORT, 1, "set SO_REUSEPORT");
#endif
}

void join_group(Socket& socket, const Address& group, const std::optional<Address>& interface) {
  if (group.family() == AF_INET) {
    ip_mreq request{};
    request.imr_multiaddr = four(group);
    if (interface) request.imr_interface = four(*interface);
    set_option(socket, IPPROTO_IP, IP_ADD_MEMBERSHIP, request, "join " + group.host());
  } else {
    ipv6_mreq request{};
    request.ipv6mr_multiaddr = six(group);
    if (interface) request.ipv6mr_interface = interface_number(*interface);
    set_option(socket, IPPROTO_IPV6, IPV6_JOIN_GROUP, request, "join " + group.host());
  }
}

void set_multicast_interface(Socket& socket, const Address& interface) {
  std::string what = "send by the interface " + interface.host();
  if (interface.family() == AF_INET)
    set_option(socket, IPPROTO_IP, IP_MULTICAST_IF, four(interface), what);
  else
    set_option(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, interface_number(interface), what);
}

void set_multicast_hops(Socket& socket, int hops) {
  // One option for each family, and one byte or one int: the byte is what every system takes for IPv4.
  if (socket.local_address().family() == AF_INET6)
    set_option(socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hops, "set IPV6_MULTICAST_HOPS");
  else
    set_option(socket, IPPROTO_IP, IP_MULTICAST_TTL, static_cast<unsigned char>(hops), "set IP_MULTICAST_TTL");
}

}  // namespace net

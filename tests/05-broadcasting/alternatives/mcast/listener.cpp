// listener that joins by the options that are the same for both families (MCAST_JOIN_GROUP), is bound to the wildcard,
// and looks at the address that each datagram was sent to (IP_PKTINFO). Signals end a call with EINTR.
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include "error.hpp"
#include "multicast.hpp"
#include "number.hpp"

namespace {

volatile std::sig_atomic_t stopped = 0;

unsigned interface_number(const std::string& address) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) < 0) net::throw_errno("getifaddrs");
  unsigned found = 0;
  for (ifaddrs* i = list; i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr) continue;
    int family = i->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    net::Address own(i->ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    if (own.host() == address) found = ::if_nametoindex(i->ifa_name);
  }
  ::freeifaddrs(list);
  if (found == 0) throw std::runtime_error("no interface has " + address);
  return found;
}

void option(const net::Socket& socket, int level, int name, const void* value, socklen_t length) {
  if (::setsockopt(socket.fd(), level, name, value, length) < 0) net::throw_errno("setsockopt");
}

// True when the datagram was sent to the group.
bool is_for(const in_addr& group, msghdr& message) {
  for (cmsghdr* note = CMSG_FIRSTHDR(&message); note != nullptr; note = CMSG_NXTHDR(&message, note)) {
    if (note->cmsg_level != IPPROTO_IP || note->cmsg_type != IP_PKTINFO) continue;
    in_pktinfo info;
    std::memcpy(&info, CMSG_DATA(note), sizeof info);
    return info.ipi_addr.s_addr == group.s_addr;
  }
  return false;
}

void run(int argc, char** argv) {
  std::vector<std::string> rest(argv + 1, argv + argc);
  std::string interface;
  if (rest.size() >= 4 && rest[2] == "--interface") {
    interface = rest[3];
    rest.erase(rest.begin() + 2, rest.begin() + 4);
  }
  if (rest.size() < 2 || rest.size() > 3) throw net::UsageError("listener HOST PORT [--interface ADDRESS] [COUNT]");
  std::uint16_t port = net::parse_port(rest[1], 1);
  long count = rest.size() == 3 ? net::parse_number(rest[2], 1, 1'000'000'000, "COUNT") : -1;
  net::Address where = net::resolve(rest[0], port, SOCK_DGRAM, net::Use::bind).front();
  net::Socket socket(where.family(), SOCK_DGRAM);
  socket.set_reuse_address();
  bool group = where.family() == AF_INET && net::is_multicast(where);
  in_addr address{};
  int on = 1;
  if (group) {
    group_req request{};
    request.gr_interface = interface.empty() ? 0 : interface_number(interface);
    std::memcpy(&request.gr_group, where.get(), where.length());
    option(socket, IPPROTO_IP, MCAST_JOIN_GROUP, &request, sizeof request);
    option(socket, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    address = reinterpret_cast<const sockaddr_in*>(where.get())->sin_addr;
    where = net::resolve("0.0.0.0", port, SOCK_DGRAM, net::Use::bind).front();
  }
  socket.bind(where);

  struct sigaction action {};
  action.sa_handler = [](int) { stopped = 1; };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  std::vector<char> buffer(65536);
  while (count != 0 && !stopped) {
    // A short wait now and then, for a signal that comes just before it.
    pollfd ready{socket.fd(), POLLIN, 0};
    if (::poll(&ready, 1, 200) <= 0) continue;
    std::array<char, 256> notes;
    net::Address from;
    iovec into{buffer.data(), buffer.size()};
    msghdr message{from.get(), *from.room(), &into, 1, notes.data(), notes.size(), 0};
    ssize_t n = ::recvmsg(socket.fd(), &message, 0);
    if (n < 0 || (group && !is_for(address, message))) continue;
    from = net::Address(from.get(), message.msg_namelen);
    std::cout << from.text() << " " << std::string_view(buffer.data(), static_cast<std::size_t>(n)) << "\n";
    if (count > 0) --count;
  }
}

}  // namespace

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

#include "sockets.hpp"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <system_error>
#include <vector>

namespace harness {

std::uint16_t SocketAddress::port() const {
  // The port stands at the same place for IPv4 and IPv6.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

Endpoint SocketAddress::endpoint() const {
  char text[INET6_ADDRSTRLEN] = "?";
  if (family() == AF_INET)
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr, text, sizeof text);
  if (family() == AF_INET6)
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr, text, sizeof text);
  return {text, port()};
}

SocketAddress to_address(const std::string& host, std::uint16_t port) {
  SocketAddress address;
  auto* four = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* six = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET, host.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    address.length = sizeof *four;
  } else if (::inet_pton(AF_INET6, host.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    address.length = sizeof *six;
  } else {
    FAIL("\"" << host << "\" is not a numeric address");
  }
  return address;
}

int new_socket(int family, int type) {
  int fd = ::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) throw std::system_error(errno, std::system_category(), "the test's own socket");
  return fd;
}

SocketAddress local_address(int fd) {
  SocketAddress address;
  ::getsockname(fd, address.get(), &address.length);
  return address;
}

bool wait_for(int fd, short events, const Deadline& deadline) {
  while (true) {
    std::vector<pollfd> fds{{fd, events, 0}};
    bool all_ended = every_program_has_ended();
    if (!all_ended)
      for (int pidfd : program_ends()) {
        pollfd ended{pidfd, POLLIN, 0};
        // Only those that still run: an end that is known already would make this loop spin.
        if (::poll(&ended, 1, 0) == 0) fds.push_back(ended);
      }
    // What a program sent before it ended has arrived by now on loopback, or will in a moment.
    int limit = all_ended ? std::min(deadline.for_poll(), 100) : deadline.for_poll();
    int ready = ::poll(fds.data(), fds.size(), limit);
    if (ready < 0 && errno == EINTR) continue;
    if (fds[0].revents != 0) return true;
    if (ready <= 0 && (all_ended || deadline.passed())) return false;
  }
}

void wait_until_acknowledged(int fd) {
  // No event tells of an acknowledgement; and a connection that was reset gets none any more.
  Deadline deadline(patience());
  for (int unacknowledged = 1; unacknowledged > 0 && !deadline.passed(); ::usleep(200)) {
    tcp_info info{};
    socklen_t length = sizeof info;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0 || info.tcpi_state == TCP_CLOSE) return;
    if (::ioctl(fd, SIOCOUTQ, &unacknowledged) != 0) return;
  }
}

}  // namespace harness

#include "udp_peer.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "clock.hpp"
#include "quoted.hpp"
#include "sockets.hpp"
#include "story.hpp"
#include "wire.hpp"

namespace harness {

UdpPeer::UdpPeer(std::string name, std::string host, std::uint16_t port)
    : name_(std::move(name)), endpoint_{std::move(host), port} {
  SocketAddress address = to_address(endpoint_.host, port);
  fd_ = new_socket(address.family(), SOCK_DGRAM);
  // A crowd's answers must not be lost here while the test is busy.
  int room = 4 * 1024 * 1024;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  if (::bind(fd_, address.get(), address.length) != 0)
    throw std::system_error(errno, std::system_category(), "the test's own UDP socket");
  endpoint_.port = local_address(fd_).port();
  is_our_port(endpoint_.port);
}

UdpPeer::UdpPeer(UdpPeer&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), name_(std::move(other.name_)), endpoint_(std::move(other.endpoint_)) {}

UdpPeer::~UdpPeer() {
  if (fd_ >= 0) ::close(fd_);
}

void UdpPeer::tell(const std::string& verb, const std::string& what) const {
  Story::current().step(name_ + " " + verb, what);
}

void UdpPeer::connect(const Endpoint& where) {
  SocketAddress address = to_address(where.host, where.port);
  if (::connect(fd_, address.get(), address.length) != 0)
    throw std::system_error(errno, std::system_category(), "the test's own UDP socket");
}

void UdpPeer::send_to(const Endpoint& where, std::string_view bytes) {
  tell("sent", in_quotes(bytes) + " to " + in_words(where));
  SocketAddress address = to_address(where.host, where.port);
  // One retry, because a refusal that an earlier datagram met is told by the next call.
  for (int attempt = 0; attempt < 2; ++attempt)
    if (::sendto(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL, address.get(), address.length) >= 0) return;
  tell("sent", std::string("(not: ") + std::strerror(errno) + ")");
}

Datagram UdpPeer::receive() {
  Datagram datagram = receive_within(patience());
  if (datagram.ending == Ending::more)
    tell("received", in_quotes(datagram.bytes) + " from " + in_words(datagram.from));
  else
    tell("received", std::string(harness::name(datagram.ending)));
  return datagram;
}

Datagram UdpPeer::receive_within(Milliseconds limit) {
  Datagram datagram;
  datagram.wanted = Ending::more;
  Deadline deadline(limit);
  while (wait_for(fd_, POLLIN, deadline)) {
    std::array<char, 65536> buffer;
    SocketAddress from;
    ssize_t n = ::recvfrom(fd_, buffer.data(), buffer.size(), 0, from.get(), &from.length);
    datagram.when = std::chrono::steady_clock::now();
    if (n >= 0) {
      datagram.bytes.assign(buffer.data(), static_cast<std::size_t>(n));
      datagram.ending = Ending::more;
      datagram.from = from.endpoint();
      break;
    }
    if (errno == ECONNREFUSED) {
      datagram.ending = Ending::refused;
      break;
    }
  }
  return datagram;
}

std::vector<Datagram> UdpPeer::receive_all(std::size_t count) {
  std::vector<Datagram> all;
  while (all.size() < count) {
    all.push_back(receive());
    if (all.back().ending == Ending::more) continue;
    all.pop_back();
    break;
  }
  return all;
}

bool UdpPeer::hears_nothing() {
  pollfd ready{fd_, POLLIN, 0};
  if (::poll(&ready, 1, static_cast<int>(quiet_period().count())) == 0) return true;
  Datagram early = receive_within(Milliseconds(0));
  Story::current().mismatch(
      "silence", early.ending == Ending::more ? in_quotes(early.bytes) : std::string(harness::name(early.ending)));
  return false;
}

// A connected socket takes datagrams from its peer only, and for all others it is as if it were not there.
ClosedUdpPort::ClosedUdpPort() : holder_("nobody") { holder_.connect({"127.255.255.254", 9}); }

}  // namespace harness

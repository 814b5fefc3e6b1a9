#include "arrivals.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <ctime>
#include <span>

#include "quoted.hpp"
#include "sockets.hpp"
#include "story.hpp"

namespace harness {
namespace {

// The note tells the time on the wall clock. How long ago that was is the same on the steady one.
std::chrono::steady_clock::time_point noted_time(msghdr& message) {
  timespec wall{};
  std::chrono::steady_clock::time_point now;
  // Read one after the other; what takes the turn away in between makes them useless together.
  do {
    now = std::chrono::steady_clock::now();
    ::clock_gettime(CLOCK_REALTIME, &wall);
  } while (std::chrono::steady_clock::now() - now > std::chrono::milliseconds(1));
  for (cmsghdr* note = CMSG_FIRSTHDR(&message); note != nullptr; note = CMSG_NXTHDR(&message, note))
    if (note->cmsg_level == SOL_SOCKET && note->cmsg_type == SCM_TIMESTAMPNS) {
      timespec arrived{};
      std::memcpy(&arrived, CMSG_DATA(note), sizeof arrived);
      return now - (std::chrono::seconds(wall.tv_sec - arrived.tv_sec) +
                    std::chrono::nanoseconds(wall.tv_nsec - arrived.tv_nsec));
    }
  return now;
}

void ask_for_times(int fd) {
  int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

struct Arrival {
  ssize_t size;
  std::chrono::steady_clock::time_point when;
};

Arrival receive(int fd, std::span<char> buffer, SocketAddress& from) {
  std::array<char, 256> notes;
  iovec part{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_name = from.get();
  message.msg_namelen = from.length;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = notes.data();
  message.msg_controllen = notes.size();
  ssize_t n = ::recvmsg(fd, &message, 0);
  if (n < 0) return {n, {}};
  from.length = message.msg_namelen;
  return {n, noted_time(message)};
}

// Linux begins to note times a while after the first socket has asked for it; until then it notes when a datagram is
// taken from the socket. So we send ourselves some until one that has been left lying is seen to have arrived before.
void wait_until_times_are_noted() {
  SocketAddress address = to_address("127.0.0.1", 0);
  int fd = new_socket(AF_INET, SOCK_DGRAM);
  ask_for_times(fd);
  if (::bind(fd, address.get(), address.length) == 0) {
    address = local_address(fd);
    std::array<char, 8> buffer;
    for (Deadline deadline(patience()); !deadline.passed();) {
      ::sendto(fd, "?", 1, 0, address.get(), address.length);
      pollfd nothing{-1, 0, 0};
      ::poll(&nothing, 1, 2);
      SocketAddress from;
      if (receive(fd, buffer, from).when <= std::chrono::steady_clock::now() - Milliseconds(2)) break;
    }
  }
  ::close(fd);
}

}  // namespace

void note_arrivals(const UdpPeer& peer) {
  ask_for_times(peer.fd());
  wait_until_times_are_noted();
}

Datagram next_arrival(const UdpPeer& peer, Milliseconds limit) {
  Datagram datagram;
  datagram.wanted = Ending::more;
  std::array<char, 65536> buffer;
  Deadline deadline(limit);
  while (wait_for(peer.fd(), POLLIN, deadline)) {
    SocketAddress from;
    Arrival arrival = receive(peer.fd(), buffer, from);
    if (arrival.size < 0) continue;
    datagram.when = arrival.when;
    datagram.bytes.assign(buffer.data(), static_cast<std::size_t>(arrival.size));
    datagram.ending = Ending::more;
    datagram.from = from.endpoint();
    Story::current().step("we received", in_quotes(datagram.bytes) + " from " + in_words(datagram.from));
    break;
  }
  return datagram;
}

}  // namespace harness

#include "arrivals.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <ctime>

#include "quoted.hpp"
#include "sockets.hpp"
#include "story.hpp"

namespace harness {
namespace {

// The note tells the time on the wall clock. How long ago that was is the same on the steady one.
std::chrono::steady_clock::time_point noted_time(msghdr& message) {
  auto now = std::chrono::steady_clock::now();
  timespec wall{};
  ::clock_gettime(CLOCK_REALTIME, &wall);
  for (cmsghdr* note = CMSG_FIRSTHDR(&message); note != nullptr; note = CMSG_NXTHDR(&message, note))
    if (note->cmsg_level == SOL_SOCKET && note->cmsg_type == SCM_TIMESTAMPNS) {
      timespec arrived{};
      std::memcpy(&arrived, CMSG_DATA(note), sizeof arrived);
      return now - (std::chrono::seconds(wall.tv_sec - arrived.tv_sec) + std::chrono::nanoseconds(wall.tv_nsec - arrived.tv_nsec));
    }
  return now;
}

}  // namespace

void note_arrivals(const UdpPeer& peer) {
  int on = 1;
  ::setsockopt(peer.fd(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

Datagram next_arrival(const UdpPeer& peer, Milliseconds limit) {
  Datagram datagram;
  datagram.wanted = Ending::more;
  std::array<char, 65536> buffer;
  std::array<char, 256> notes;
  Deadline deadline(limit);
  while (wait_for(peer.fd(), POLLIN, deadline)) {
    SocketAddress from;
    iovec part{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_name = from.get();
    message.msg_namelen = from.length;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = notes.data();
    message.msg_controllen = notes.size();
    ssize_t n = ::recvmsg(peer.fd(), &message, 0);
    if (n < 0) continue;
    datagram.when = noted_time(message);
    datagram.bytes.assign(buffer.data(), static_cast<std::size_t>(n));
    datagram.ending = Ending::more;
    from.length = message.msg_namelen;
    datagram.from = from.endpoint();
    Story::current().step("we received", in_quotes(datagram.bytes) + " from " + in_words(datagram.from));
    break;
  }
  return datagram;
}

}  // namespace harness

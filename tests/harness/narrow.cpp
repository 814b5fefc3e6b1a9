#include "narrow.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "network.hpp"
#include "sockets.hpp"
#include "story.hpp"

namespace harness {

Peer connect_narrow(const Endpoint& where, std::string name) {
  SocketAddress address = to_address(where.host, where.port);
  int fd = new_socket(address.family(), SOCK_STREAM);
  // Before connect: the window is told with the first packet, and small segments keep the server's buffer small.
  int room = 2048, segment = 536;
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  ::setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
  if (::connect(fd, address.get(), address.length) != 0 && errno != EINPROGRESS)
    throw std::system_error(errno, std::system_category(), "the test's own connection");
  wait_for(fd, POLLOUT, Deadline(patience()));
  Story::current().step(name + " connected", "to " + in_words(where) + ", with room for little");
  return Peer::adopt(fd, std::move(name));
}

bool keep_send_buffers_small() {
  if (network() != Network::own) return false;
  // Of this network alone (tcp(7)): least, first and largest size of a send buffer.
  std::ofstream limits("/proc/sys/net/ipv4/tcp_wmem");
  limits << "4096 16384 65536" << std::flush;
  return limits.good();
}

}  // namespace harness

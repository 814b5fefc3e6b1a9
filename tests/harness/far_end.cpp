#include "far_end.hpp"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "socket_table.hpp"
#include "sockets.hpp"

namespace harness {
namespace {

struct Ends {
  SocketAddress ours, theirs;
};

std::optional<Ends> ends_of(int fd) {
  Ends ends;
  if (::getsockname(fd, ends.ours.get(), &ends.ours.length) != 0 ||
      ::getpeername(fd, ends.theirs.get(), &ends.theirs.length) != 0)
    return {};
  return ends;
}

void write_address(const SocketAddress& address, __be32 (&words)[4], __be16& port) {
  if (address.family() == AF_INET6) {
    auto in = reinterpret_cast<const sockaddr_in6*>(address.get());
    std::memcpy(words, &in->sin6_addr, sizeof in->sin6_addr);
    port = in->sin6_port;
  } else {
    auto in = reinterpret_cast<const sockaddr_in*>(address.get());
    std::memcpy(words, &in->sin_addr, sizeof in->sin_addr);
    port = in->sin_port;
  }
}

// The socket whose own address is `local` and whose peer's is `remote`.
std::optional<FarEnd> ask(const SocketAddress& local, const SocketAddress& remote) {
  struct {
    nlmsghdr header{};
    inet_diag_req_v2 question{};
  } request;
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.question.sdiag_family = static_cast<__u8>(local.family());
  request.question.sdiag_protocol = IPPROTO_TCP;
  inet_diag_sockid& id = request.question.id;
  write_address(local, id.idiag_src, id.idiag_sport);
  write_address(remote, id.idiag_dst, id.idiag_dport);
  id.idiag_cookie[0] = id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;

  int kernel = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (kernel < 0) return {};
  alignas(nlmsghdr) char reply[1024];
  ssize_t n = ::send(kernel, &request, sizeof request, 0) < 0 ? -1 : ::recv(kernel, reply, sizeof reply, 0);
  ::close(kernel);
  auto header = reinterpret_cast<const nlmsghdr*>(reply);
  if (n < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(inet_diag_msg))) || header->nlmsg_type != SOCK_DIAG_BY_FAMILY)
    return {};
  inet_diag_msg found;
  std::memcpy(&found, reply + NLMSG_HDRLEN, sizeof found);
  // Where the connection is gone, the kernel answers with the socket that listens on its port.
  if (found.id.idiag_dport != id.idiag_dport) return {};
  return FarEnd{static_cast<TcpState>(found.idiag_state) == TcpState::established, found.idiag_rqueue};
}

}  // namespace

std::optional<FarEnd> far_end(int fd) {
  auto ends = ends_of(fd);
  if (!ends) return {};
  if (auto theirs = ask(ends->theirs, ends->ours)) return theirs;
  // "There is none" and "nobody answers such questions here" are the same error. Our own end is there for certain.
  return ask(ends->ours, ends->theirs) ? std::nullopt : far_end_by_table(fd);
}

std::optional<FarEnd> far_end_by_table(int fd) {
  auto ends = ends_of(fd);
  if (!ends) return {};
  // Of an IPv4 connection to an IPv6 socket, the far end stands in the other table.
  for (const char* table : {"tcp", "tcp6"})
    for (const SocketLine& line : socket_table(table))
      if (line.local_port == ends->theirs.port() && line.remote_port == ends->ours.port())
        return FarEnd{line.state == TcpState::established, line.unread};
  return {};
}

bool everything_is_read(int fd) {
  auto theirs = far_end(fd);
  return !theirs || theirs->unread == 0;
}

}  // namespace harness

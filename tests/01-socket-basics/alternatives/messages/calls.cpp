// sendmsg and recvmsg for everything; truncation is read from the flags.
#include "calls.hpp"

#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "not_written.hpp"

/// Throws what errno says about `call`. Call it at once: any other call may change errno.
[[noreturn, maybe_unused]] static void fail(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

int open_socket(int family, int type) {
  int fd = ::socket(family, type, 0);
  if (fd < 0) fail("socket");
  return fd;
}

void bind_socket(int fd, const SocketAddress& local) {
  if (::bind(fd, local.get(), local.length) < 0) fail("bind");
}

SocketAddress local_address(int fd) {
  SocketAddress address;  // its length says how much room there is, and then how much of it was used
  if (::getsockname(fd, address.get(), &address.length) < 0) fail("getsockname");
  return address;
}

void start_listening(int fd, int backlog) {
  if (::listen(fd, backlog) < 0) fail("listen");
}

void connect_socket(int fd, const SocketAddress& peer) {
  if (::connect(fd, peer.get(), peer.length) < 0) fail("connect");
}

SocketAddress peer_address(int fd) {
  SocketAddress address;
  if (::getpeername(fd, address.get(), &address.length) < 0) fail("getpeername");
  return address;
}

Accepted accept_connection(int fd) {
  Accepted accepted{};
  accepted.fd = ::accept(fd, accepted.peer.get(), &accepted.peer.length);
  if (accepted.fd < 0) fail("accept");
  return accepted;
}

std::size_t send_everything(int fd, std::string_view data) {
  std::size_t sent = 0;
  while (sent < data.size()) {
    iovec part{const_cast<char*>(data.data()) + sent, data.size() - sent};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    ssize_t count = ::sendmsg(fd, &message, MSG_NOSIGNAL);
    if (count < 0) fail("send");
    sent += static_cast<std::size_t>(count);  // it may be less than we asked for: go on from there
  }
  return sent;
}

std::string receive(int fd, std::size_t most) {
  std::string buffer(most, '\0');
  iovec part{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  ssize_t count = ::recvmsg(fd, &message, 0);
  if (count < 0) fail("recv");
  buffer.resize(static_cast<std::size_t>(count));  // only so many bytes are the peer's
  return buffer;
}

void shut_down(int fd, int how) {
  if (::shutdown(fd, how) < 0) fail("shutdown");
}

std::size_t send_datagram(int fd, const SocketAddress& receiver, std::string_view data) {
  ssize_t count = ::sendto(fd, data.data(), data.size(), 0, receiver.get(), receiver.length);
  if (count < 0) fail("sendto");
  return static_cast<std::size_t>(count);  // a datagram goes whole or not at all
}

Datagram receive_datagram(int fd, std::size_t most) {
  std::string buffer(most, '\0');
  Datagram datagram{};
  iovec part{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_name = datagram.sender.get();
  message.msg_namelen = datagram.sender.length;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  ssize_t count = ::recvmsg(fd, &message, MSG_TRUNC);  // on Linux the result is then the whole length
  datagram.sender.length = message.msg_namelen;
  if (count < 0) fail("recvfrom");
  datagram.length = static_cast<std::size_t>(count);
  datagram.truncated = datagram.length > most;
  datagram.bytes = buffer.substr(0, std::min(datagram.length, most));
  return datagram;
}

int get_option(int fd, int level, int name) {
  int value = 0;
  socklen_t length = sizeof value;
  if (::getsockopt(fd, level, name, &value, &length) < 0) fail("getsockopt");
  return value;
}

void set_option(int fd, int level, int name, int value) {
  if (::setsockopt(fd, level, name, &value, sizeof value) < 0) fail("setsockopt");
}

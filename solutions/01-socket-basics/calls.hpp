#pragma once
// The functions behind the shell's commands. You write them in calls.cpp, with the plain system calls.
//
// Each is one system call and a look at its result. A call that fails throws std::system_error with errno and the
// call's name, and the shell answers `error: bind: Address already in use`.
#include <sys/socket.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "address.hpp"

/// What accept gives: a new descriptor for this connection, and who is at its other end.
struct Accepted {
  int fd;
  SocketAddress peer;
};

/// What recvfrom gives.
struct Datagram {
  std::string bytes;      ///< at most as many as there was room for
  SocketAddress sender;
  bool truncated;         ///< the datagram was longer than the room for it; the rest is lost
  std::size_t length;     ///< of the whole datagram, where the system tells; otherwise that of `bytes`
};

// 01.1  socket(2)
/// \param family AF_INET or AF_INET6
/// \param type SOCK_STREAM or SOCK_DGRAM
/// \returns a new descriptor
int open_socket(int family, int type);

// 01.2  bind(2), getsockname(2)
void bind_socket(int fd, const SocketAddress& local);
SocketAddress local_address(int fd);

// 01.3  listen(2), connect(2), getpeername(2)
/// \param backlog how many connections may wait to be accepted
void start_listening(int fd, int backlog);
void connect_socket(int fd, const SocketAddress& peer);
SocketAddress peer_address(int fd);

// 01.4  accept(2)
Accepted accept_connection(int fd);

// 01.5  send(2)
/// Sends every byte of `data`, in as many calls as it takes.
/// \returns how many bytes were sent
std::size_t send_everything(int fd, std::string_view data);

// 01.6  recv(2)
/// One recv. On a stream socket, no bytes mean the end of the stream.
/// \param most 1 to 65,536
std::string receive(int fd, std::size_t most);

// 01.7  shutdown(2)
/// \param how SHUT_RD, SHUT_WR or SHUT_RDWR
void shut_down(int fd, int how);

// 01.8  sendto(2), recvfrom(2)
std::size_t send_datagram(int fd, const SocketAddress& receiver, std::string_view data);
Datagram receive_datagram(int fd, std::size_t most);

// 01.9  getsockopt(2), setsockopt(2)
int get_option(int fd, int level, int name);
void set_option(int fd, int level, int name, int value);

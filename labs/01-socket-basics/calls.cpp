#include "calls.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "not_written.hpp"

/// Throws what errno says about `call`. Call it at once: any other call may change errno.
[[noreturn, maybe_unused]] static void fail(const char* call) { throw std::system_error(errno, std::generic_category(), call); }

int open_socket(int family, int type) {
  not_written("01.1 socket", family, type);
}

void bind_socket(int fd, const SocketAddress& local) {
  not_written("01.2 bind and address", fd, local);
}

SocketAddress local_address(int fd) {
  not_written("01.2 bind and address", fd);
}

void start_listening(int fd, int backlog) {
  not_written("01.3 listen and connect", fd, backlog);
}

void connect_socket(int fd, const SocketAddress& peer) {
  not_written("01.3 listen and connect", fd, peer);
}

SocketAddress peer_address(int fd) {
  not_written("01.3 listen and connect", fd);
}

Accepted accept_connection(int fd) {
  not_written("01.4 accept", fd);
}

std::size_t send_everything(int fd, std::string_view data) {
  not_written("01.5 send until all is sent", fd, data);
}

std::string receive(int fd, std::size_t most) {
  not_written("01.6 recv", fd, most);
}

void shut_down(int fd, int how) {
  not_written("01.7 shutdown", fd, how);
}

std::size_t send_datagram(int fd, const SocketAddress& receiver, std::string_view data) {
  not_written("01.8 sendto and recvfrom", fd, receiver, data);
}

Datagram receive_datagram(int fd, std::size_t most) {
  not_written("01.8 sendto and recvfrom", fd, most);
}

int get_option(int fd, int level, int name) {
  not_written("01.9 options", fd, level, name);
}

void set_option(int fd, int level, int name, int value) {
  not_written("01.9 options", fd, level, name, value);
}

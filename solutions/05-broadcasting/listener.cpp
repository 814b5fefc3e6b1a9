// listener HOST PORT [--interface ADDRESS] [COUNT]: prints every datagram that is sent to HOST and PORT, after its
// sender's address. HOST may be a group, a broadcast address, 0.0.0.0 or one address of this machine.
//
// The socket is bound to HOST itself. Bound to 0.0.0.0 it would, on Linux, also get what is sent to groups that other
// programs of this machine have joined (IP_MULTICAST_ALL); bound to an address of this machine it would get neither
// broadcasts nor what is sent to a group.
#include <array>
#include <cstdio>
#include <optional>
#include <string>

#include "error.hpp"
#include "multicast.hpp"
#include "number.hpp"
#include "stop_signal.hpp"

// Several listeners of one machine shall hear the same: they must share the port, and say so before they bind.
net::Socket open_socket(const net::Address& where) {
  net::Socket socket(where.family(), SOCK_DGRAM);
  net::share_port(socket);
  socket.bind(where);
  return socket;
}

// What is sent to a group reaches only those who have asked for it.
void join(net::Socket& socket, const net::Address& group, const std::optional<net::Address>& interface) {
  net::join_group(socket, group, interface);
}

// A message may hold any byte, a zero or a newline too, so it is written by its length.
void print(const net::Address& from, std::span<const std::byte> message) {
  std::printf("%s ", from.text().c_str());
  std::fwrite(message.data(), 1, message.size(), stdout);
  std::putchar('\n');
  std::fflush(stdout);  // who reads us from a pipe wants it now
}

void receive_one(net::Socket& socket) {
  std::array<std::byte, 65536> buffer;  // more than any datagram has: none is cut
  net::Address from;
  std::size_t length = socket.recv_from(buffer, from);
  print(from, std::span(buffer).first(length));
}

// \param count no value: until a signal comes
void receive(net::Socket& socket, std::optional<int> count, const net::StopSignal& stop) {
  for (int received = 0; !count || received < *count; ++received) {
    if (!stop.wait_readable(socket)) return;
    receive_one(socket);
  }
}

struct Arguments {
  net::Address where;
  std::optional<net::Address> interface;
  std::optional<int> count;
};

Arguments parse(int argc, char** argv) {
  constexpr const char* usage = "listener HOST PORT [--interface ADDRESS] [COUNT]";
  int at = argc > 3 && argv[3] == std::string("--interface") ? 5 : 3;  // where COUNT stands
  if (argc < at || argc > at + 1) throw net::UsageError(usage);
  Arguments given;
  std::uint16_t port = net::parse_port(argv[2], 1);
  if (argc > at) given.count = net::parse_number(argv[at], 1, 1'000'000'000, "COUNT");
  given.where = net::resolve(argv[1], port, SOCK_DGRAM, net::Use::bind).front();
  if (at == 5) given.interface = net::resolve(argv[4], 0, SOCK_DGRAM, net::Use::bind).front();
  return given;
}

void run(int argc, char** argv) {
  Arguments given = parse(argc, argv);
  net::StopSignal stop;
  net::Socket socket = open_socket(given.where);
  if (net::is_multicast(given.where)) join(socket, given.where, given.interface);
  receive(socket, given.count, stop);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

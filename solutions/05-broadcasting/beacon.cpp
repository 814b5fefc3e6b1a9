// beacon HOST PORT [--interface ADDRESS] MESSAGE [COUNT [INTERVAL_MS]]: sends MESSAGE as one datagram, COUNT times, to
// one machine, to everybody in a network (broadcast) or to a group (multicast).
//
// The socket is not connected: so the system does not tell it that nobody receives at one of the places it sends to
// (ICMP port unreachable), which is no reason to stop.
#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "error.hpp"
#include "multicast.hpp"
#include "number.hpp"

using std::chrono::milliseconds;

// The system refuses to send to everybody unless we say that we mean it.
net::Socket open_socket(const net::Address& to) {
  net::Socket socket(to.family(), SOCK_DGRAM);
  net::set_broadcast(socket);
  return socket;
}

// Where a datagram to a group leaves this machine, and how far it goes, is up to us: the group's address tells neither.
void prepare_for_group(net::Socket& socket, const std::optional<net::Address>& interface) {
  if (interface) net::set_multicast_interface(socket, *interface);
  net::set_multicast_hops(socket, 1);
}

void send_one(net::Socket& socket, const net::Address& to, const std::string& message) {
  socket.send_to(net::as_bytes(message), to);
}

// A refusal that an earlier datagram met may be told by this send, which then has sent nothing: send again. Linux tells
// only connected sockets; other systems may tell this one.
void send_in_spite(net::Socket& socket, const net::Address& to, const std::string& message) {
  try {
    send_one(socket, to, message);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::connection_refused) throw;
    send_one(socket, to, message);  // for the one that has not been sent
  }
}

// `times` more, each after a wait.
void repeat(net::Socket& socket, const net::Address& to, const std::string& message, int times, milliseconds interval) {
  for (int i = 0; i < times; ++i) {
    std::this_thread::sleep_for(interval);
    send_in_spite(socket, to, message);
  }
}

struct Arguments {
  net::Address to;
  std::optional<net::Address> interface;
  std::string message;
  int count = 1;
  milliseconds interval{1000};
};

Arguments parse(int argc, char** argv) {
  constexpr const char* usage = "beacon HOST PORT [--interface ADDRESS] MESSAGE [COUNT [INTERVAL_MS]]";
  int at = argc > 3 && argv[3] == std::string("--interface") ? 5 : 3;  // where MESSAGE stands
  if (argc <= at || argc > at + 3) throw net::UsageError(usage);
  Arguments given;
  std::uint16_t port = net::parse_port(argv[2], 1);
  given.message = argv[at];
  if (argc > at + 1) given.count = net::parse_number(argv[at + 1], 1, 1'000'000'000, "COUNT");
  if (argc > at + 2) given.interval = milliseconds(net::parse_number(argv[at + 2], 0, 1'000'000'000, "INTERVAL_MS"));
  given.to = net::resolve(argv[1], port, SOCK_DGRAM, net::Use::connect).front();
  if (at == 5) given.interface = net::resolve(argv[4], 0, SOCK_DGRAM, net::Use::bind).front();
  return given;
}

void run(int argc, char** argv) {
  Arguments given = parse(argc, argv);
  net::Socket socket = open_socket(given.to);
  if (net::is_multicast(given.to)) prepare_for_group(socket, given.interface);
  send_one(socket, given.to, given.message);
  if (given.count > 1) repeat(socket, given.to, given.message, given.count - 1, given.interval);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

// udp_echo_server HOST PORT: answers every datagram with `Echo: ` and its payload.
//
// There are no connections, so one socket and one loop serve everybody: each datagram says itself where it came from,
// and nothing needs to be remembered between two of them.
#include <array>
#include <cstdio>
#include <string>

#include "error.hpp"
#include "socket.hpp"

// No datagram is longer: the length field in its header has 16 bits.
constexpr std::size_t longest_datagram = 65'535;

net::Socket bind_and_announce(const std::string& host, std::uint16_t port) {
  net::not_written("03.1 bind and announce", host, port);
}

// One call takes one datagram from the queue, and what does not fit into the buffer is lost. So there is room for any.
std::string receive_request(net::Socket& socket, net::Address& sender) {
  net::not_written("03.3 receive a datagram and its sender", socket, sender);
}

// One call sends one datagram. So the answer is put together first; two calls would be two answers.
void send_answer(net::Socket& socket, const std::string& payload, const net::Address& sender) {
  net::not_written("03.4 answer with one datagram", socket, payload, sender);
}

void serve_one(net::Socket& socket) {
  net::Address sender;
  std::string payload = receive_request(socket, sender);
  send_answer(socket, payload, sender);
}

// A failure belongs to one datagram: its answer is too long, its sender has gone. It is nothing to the next one.
[[noreturn]] void serve(net::Socket& socket) {
  net::not_written("03.2 serve one datagram after another", socket);
}

void run(int argc, char** argv) {
  if (argc != 3) throw net::UsageError("udp_echo_server HOST PORT");
  net::Socket socket = bind_and_announce(argv[1], net::parse_port(argv[2], 0));
  serve(socket);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

// deadline_client HOST PORT MESSAGE CONNECT_MS TOTAL_MS: the client of lab 02, which never waits for ever.
//
// Two clocks: each attempt to connect has CONNECT_MS, and everything together has TOTAL_MS. No call waits by itself,
// since the socket is non-blocking; only wait_readable and wait_writable wait, for what is left until the deadline.
// The way not taken: SO_RCVTIMEO and SO_SNDTIMEO limit one call each, so a server that sends a byte now and then
// keeps such a client for ever.
#include <array>
#include <cstdio>
#include <exception>
#include <string>

#include "deadline.hpp"
#include "error.hpp"
#include "socket.hpp"

constexpr std::size_t longest_message = 100'000;
constexpr std::size_t prefix_length = 6;  // of "Echo: "

// The attempt begins, then we wait: until it has ended in some way, or its time is over.
net::Socket connect_by(const net::Address& address, net::Deadline deadline) {
  net::not_written("06.1 connect within a limit", address, deadline);
}

// Each address has the limit for itself, and none has more than what is left in all.
net::Socket connect_to_any(const std::vector<net::Address>& addresses, std::chrono::milliseconds limit,
                           net::Deadline deadline) {
  net::not_written("06.2 try the next address", addresses, limit, deadline);
}

// A server that does not read fills the buffers on the way, and then send would wait.
void send_message(net::Socket& server, const std::string& message, net::Deadline deadline) {
  net::not_written("06.3 send before the deadline", server, message, deadline);
}

// Each piece is printed as it comes, so that what has arrived is on stdout however this ends.
std::size_t print_reply(net::Socket& server, net::Deadline deadline) {
  net::not_written("06.4 receive before the deadline", server, deadline);
}

void check_length(std::size_t length, std::size_t expected) {
  if (length < expected)
    throw std::runtime_error("reply ended after " + std::to_string(length) + " of " + std::to_string(expected) + " bytes");
}

void run(int argc, char** argv) {
  if (argc != 6) throw net::UsageError("deadline_client HOST PORT MESSAGE CONNECT_MS TOTAL_MS");
  std::string message = argv[3];
  if (message.size() > longest_message) throw net::UsageError("MESSAGE has at most 100000 bytes");
  std::uint16_t port = net::parse_port(argv[2], 1);
  std::chrono::milliseconds connect_limit = net::parse_milliseconds(argv[4]), total = net::parse_milliseconds(argv[5]);

  // The look-up comes first: it asks another program over the network, and no deadline of ours can stop it.
  std::vector<net::Address> addresses = net::resolve(argv[1], port, SOCK_STREAM, net::Use::connect);
  net::Deadline deadline = net::Deadline::after(total);
  net::Socket server = connect_to_any(addresses, connect_limit, deadline);
  send_message(server, message, deadline);
  check_length(print_reply(server, deadline), prefix_length + message.size());
  std::fputc('\n', stdout);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

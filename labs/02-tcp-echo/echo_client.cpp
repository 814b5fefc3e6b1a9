// echo_client HOST PORT MESSAGE: sends MESSAGE, prints the server's reply.
//
// All is sent before the reply is read. That is safe for messages of at most 100,000 bytes, which the buffers of both
// sides hold; for more, a client must read while it writes, or both sides wait for each other (lab 04).
#include <array>
#include <cstdio>
#include <string>

#include "error.hpp"
#include "socket.hpp"

constexpr std::size_t longest_message = 100'000;
constexpr std::size_t prefix_length = 6;  // of "Echo: "

// Half-close: the server learns that the message is complete, and its reply still reaches us.
void send_message(net::Socket& server, const std::string& message) {
  net::not_written("02.5 send the message and finish sending", server, message);
}

// One send of the server may take many receives here; only the end of the stream says that there is no more.
std::string receive_reply(net::Socket& server) {
  net::not_written("02.6 receive the whole reply", server);
}

// The end of the stream does not say that the reply is whole: the server may have died in the middle of it.
void check_length(const std::string& reply, std::size_t expected) {
  net::not_written("02.7 notice a reply that ended too early", reply, expected);
}

void run(int argc, char** argv) {
  if (argc != 4) throw net::UsageError("echo_client HOST PORT MESSAGE");
  std::string message = argv[3];
  if (message.size() > longest_message) throw net::UsageError("MESSAGE has at most 100000 bytes");

  net::Socket server = net::connect_to(argv[1], net::parse_port(argv[2], 1));
  send_message(server, message);
  std::string reply = receive_reply(server);
  check_length(reply, prefix_length + message.size());
  reply += '\n';
  std::fwrite(reply.data(), 1, reply.size(), stdout);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

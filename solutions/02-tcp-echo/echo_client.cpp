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
  server.send_all(net::as_bytes(message));
  server.shutdown_send();
}

// One send of the server may take many receives here; only the end of the stream says that there is no more.
std::string receive_reply(net::Socket& server) {
  std::array<std::byte, 16 * 1024> buffer;
  std::string reply;
  while (std::size_t count = server.recv(buffer)) reply.append(reinterpret_cast<const char*>(buffer.data()), count);
  return reply;
}

// The end of the stream does not say that the reply is whole: the server may have died in the middle of it.
void check_length(const std::string& reply, std::size_t expected) {
  if (reply.size() < expected)
    throw std::runtime_error("reply ended after " + std::to_string(reply.size()) + " of " + std::to_string(expected) + " bytes");
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

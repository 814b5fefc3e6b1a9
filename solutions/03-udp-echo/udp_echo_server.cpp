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
  net::Socket socket = net::bind_datagram(host, port);
  std::printf("listening on %s\n", socket.local_address().text().c_str());
  std::fflush(stdout);  // into a pipe, a line would be kept back
  return socket;
}

// One call takes one datagram from the queue, and what does not fit into the buffer is lost. So there is room for any.
std::string receive_request(net::Socket& socket, net::Address& sender) {
  std::array<std::byte, longest_datagram> buffer;
  std::size_t count = socket.recv_from(buffer, sender);
  return std::string(reinterpret_cast<const char*>(buffer.data()), count);
}

// One call sends one datagram. So the answer is put together first; two calls would be two answers.
void send_answer(net::Socket& socket, const std::string& payload, const net::Address& sender) {
  socket.send_to(net::as_bytes("Echo: " + payload), sender);
}

void serve_one(net::Socket& socket) {
  net::Address sender;
  std::string payload = receive_request(socket, sender);
  send_answer(socket, payload, sender);
}

// A failure belongs to one datagram: its answer is too long, its sender has gone. It is nothing to the next one.
[[noreturn]] void serve(net::Socket& socket) {
  while (true) {
    try {
      serve_one(socket);
    } catch (const std::system_error& error) {
      std::fprintf(stderr, "a datagram was lost: %s\n", error.what());
    }
  }
}

void run(int argc, char** argv) {
  if (argc != 3) throw net::UsageError("udp_echo_server HOST PORT");
  net::Socket socket = bind_and_announce(argv[1], net::parse_port(argv[2], 0));
  serve(socket);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

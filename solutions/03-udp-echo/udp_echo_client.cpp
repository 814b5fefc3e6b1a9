// udp_echo_client HOST PORT MESSAGE: sends MESSAGE as one datagram, prints the server's answer.
//
// The socket is connected. Nothing is sent by that: the system only notes who the peer is. From then on it keeps
// strangers' datagrams away and tells us when the port is closed. The other way is recvfrom, a comparison of the sender
// with the server, and no word of a closed port.
#include <array>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

#include "deadline.hpp"
#include "error.hpp"
#include "socket.hpp"

constexpr std::chrono::milliseconds longest_wait{2000};
constexpr std::size_t longest_datagram = 65'535;

// A UDP client takes the first address of a name: without an answer it cannot know whether another would be better.
net::Socket connect_to_server(const std::string& host, std::uint16_t port) {
  net::Address server = net::resolve(host, port, SOCK_DGRAM, net::Use::connect).front();
  net::Socket socket(server.family(), SOCK_DGRAM);
  socket.connect(server);
  return socket;
}

// One send is one datagram, or an error; there is no short count to carry on.
void send_request(net::Socket& server, const std::string& message) {
  server.send(net::as_bytes(message));
}

// One receive is one datagram, so this is the whole answer; an empty one is an answer too. No value: there is none yet.
std::optional<std::string> receive_answer(net::Socket& server) {
  std::array<std::byte, longest_datagram> buffer;
  std::optional<std::size_t> count = server.try_recv(buffer);
  if (!count) return {};
  return std::string(reinterpret_cast<const char*>(buffer.data()), *count);
}

// The deadline is fixed once. What wakes us without being the answer uses up the time that is left and adds none; a
// datagram that is damaged does so: it is dropped after it was announced, and then nothing is there to receive.
std::string wait_for_answer(net::Socket& server) {
  server.set_nonblocking();
  net::Deadline deadline = net::Deadline::after(longest_wait);
  while (net::wait_readable(server, deadline))
    if (std::optional<std::string> answer = receive_answer(server)) return *answer;
  throw std::runtime_error("no answer from " + server.peer_address().text() + ": timed out");
}

void run(int argc, char** argv) {
  if (argc != 4) throw net::UsageError("udp_echo_client HOST PORT MESSAGE");
  net::Socket server = connect_to_server(argv[1], net::parse_port(argv[2], 1));
  send_request(server, argv[3]);
  std::string answer = wait_for_answer(server) + '\n';
  std::fwrite(answer.data(), 1, answer.size(), stdout);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

// Asks everybody in a network who is there, and collects the answers for a while: the example of chapter 05.
// who_is_there ask BROADCAST PORT          who_is_there answer PORT NAME
#include <array>
#include <chrono>
#include <cstdio>
#include <string>

#include "deadline.hpp"
#include "error.hpp"
#include "multicast.hpp"

//! [ask]
void ask(const net::Address& everybody) {
  net::Socket socket(everybody.family(), SOCK_DGRAM);
  net::set_broadcast(socket);
  socket.send_to(net::as_bytes("who is there?"), everybody);

  net::Deadline enough = net::Deadline::after(std::chrono::seconds(1));
  while (net::wait_readable(socket, enough)) {
    std::array<char, 1500> buffer;
    net::Address who;
    std::size_t length = socket.recv_from(std::as_writable_bytes(std::span(buffer)), who);
    std::printf("%s says %.*s\n", who.text().c_str(), static_cast<int>(length), buffer.data());
  }
}
//! [ask]

//! [answer]
void answer(const net::Address& where, const std::string& name) {
  net::Socket socket(where.family(), SOCK_DGRAM);
  net::share_port(socket);
  socket.bind(where);
  while (true) {
    std::array<std::byte, 1500> buffer;
    net::Address who;
    socket.recv_from(buffer, who);
    socket.send_to(net::as_bytes(name), who);
  }
}
//! [answer]

void run(int argc, char** argv) {
  if (argc != 4) throw net::UsageError("who_is_there ask BROADCAST PORT  or  who_is_there answer PORT NAME");
  bool asks = argv[1] == std::string("ask");
  std::string host = asks ? argv[2] : "0.0.0.0";
  std::uint16_t port = net::parse_port(argv[asks ? 3 : 2], 1);
  net::Address address = net::resolve(host, port, SOCK_DGRAM, asks ? net::Use::connect : net::Use::bind).front();
  if (asks) return ask(address);
  answer(address, argv[3]);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

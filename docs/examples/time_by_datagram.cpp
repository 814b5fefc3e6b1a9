// Tells the time to whoever asks by UDP: the example of chapter 03. time_by_datagram PORT
#include <array>
#include <cstdio>
#include <ctime>
#include <string>

#include "error.hpp"
#include "socket.hpp"

//! [tell]
static void tell_one(net::Socket& socket) {
  std::array<std::byte, 1> question;  // what is asked does not matter, so the rest may be cut off
  net::Address asker;
  socket.recv_from(question, asker);
  std::time_t now = std::time(nullptr);
  socket.send_to(net::as_bytes(std::ctime(&now)), asker);
}
//! [tell]

static void run(int argc, char** argv) {
  if (argc != 2) throw net::UsageError("time_by_datagram PORT");
  net::Socket socket = net::bind_datagram("127.0.0.1", net::parse_port(argv[1], 0));
  std::printf("listening on %s\n", socket.local_address().text().c_str());
  std::fflush(stdout);
  while (true) tell_one(socket);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

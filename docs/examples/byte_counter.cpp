// Counts what each client sends: the example of chapter 02. byte_counter PORT
#include <array>
#include <cstdio>
#include <string>

#include "error.hpp"
#include "socket.hpp"

//! [count]
static void count_for(net::Socket client) {
  std::array<std::byte, 4096> buffer;
  std::size_t sum = 0;
  while (std::size_t count = client.recv(buffer)) sum += count;  // 0: the client has finished sending
  client.send_all(net::as_bytes(std::to_string(sum) + " bytes\n"));
}
//! [count]

static void run(int argc, char** argv) {
  if (argc != 2) throw net::UsageError("byte_counter PORT");
  net::Socket listener = net::listen_on("127.0.0.1", net::parse_port(argv[1], 0));
  std::printf("listening on %s\n", listener.local_address().text().c_str());
  std::fflush(stdout);
  while (true) count_for(listener.accept());
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

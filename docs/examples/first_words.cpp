// Prints what a server says first: how the helper in common/ is used, for chapter 02. first_words HOST PORT
#include <array>
#include <cstdio>
#include <span>
#include <string_view>

#include "error.hpp"
#include "socket.hpp"

//! [listen_to]
static void listen_to(net::Socket& server) {
  std::array<std::byte, 512> room;
  std::size_t count = server.recv(room);                           // the array is room for 512 bytes
  std::span<const std::byte> came = std::span(room).first(count);  // what came, and no more
  std::string_view text(reinterpret_cast<const char*>(came.data()), came.size());
  std::printf("%zu bytes\n", came.size());
  std::fwrite(text.data(), 1, text.size(), stdout);  // as they are: printf would stop at a zero byte
}
//! [listen_to]

static void run(int argc, char** argv) {
  if (argc != 3) throw net::UsageError("first_words HOST PORT");
  //! [refused]
  try {
    net::Socket server = net::connect_to(argv[1], net::parse_port(argv[2], 1));
    listen_to(server);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::connection_refused) throw;  // what we did not expect is main's business
    std::puts("nobody is there");
  }
  //! [refused]
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

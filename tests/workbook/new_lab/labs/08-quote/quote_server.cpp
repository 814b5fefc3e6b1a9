// quote_server HOST PORT TEXT: gives TEXT and a newline to whoever connects (RFC 865).
#include <cstdio>
#include <string>

#include "error.hpp"
#include "socket.hpp"

net::Socket listen_and_announce(const std::string& host, std::uint16_t port) {
  net::not_written("08.1 listen and announce", host, port);
}

void quote(net::Socket& client, const std::string& text) {
  net::not_written("08.2 give the whole quote", client, text);
}

// A client that breaks off is told and forgotten; the server goes on.
[[noreturn]] void serve(net::Socket& listener, const std::string& text) {
  net::not_written("08.3 one client after another", listener, text);
}

void run(int argc, char** argv) {
  if (argc != 4) throw net::UsageError("quote_server HOST PORT TEXT");
  net::Socket listener = listen_and_announce(argv[1], net::parse_port(argv[2], 0));
  serve(listener, argv[3]);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

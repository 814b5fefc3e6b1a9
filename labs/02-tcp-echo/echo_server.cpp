// echo_server HOST PORT: answers every connection with `Echo: ` and the bytes that it sends.
//
// One connection at a time: the simplest server there is, and enough as long as no client is silent for long. Those
// that come meanwhile wait in the listening socket's queue. Lab 04 serves many at once.
#include <array>
#include <cerrno>
#include <cstdio>
#include <string>

#include "error.hpp"
#include "socket.hpp"

net::Socket listen_and_announce(const std::string& host, std::uint16_t port) {
  net::not_written("02.1 listen and announce", host, port);
}

// Sends what was read, with the prefix in front the first time: in one call, so that a client which receives just
// once finds both.
void send_reply(net::Socket& client, std::string& prefix, std::span<const std::byte> bytes) {
  net::not_written("02.3 send the whole reply", client, prefix, bytes);
}

// The end of the request: a client that sent nothing gets the bare prefix.
void finish_reply(net::Socket& client, std::string& prefix) {
  net::not_written("02.4 the end of the request", client, prefix);
}

void converse(net::Socket& client) {
  net::not_written("02.3 send the whole reply", client);
}

// A conversation that breaks off is told and ends; the server goes on.
void serve_one(net::Socket client) {
  net::not_written("02.2 serve one client after another", client);
}

[[noreturn]] void serve(net::Socket& listener) {
  net::Socket client = listener.accept();  // a first client; the others are up to you
  net::not_written("02.2 serve one client after another", client);
}

void run(int argc, char** argv) {
  if (argc != 3) throw net::UsageError("echo_server HOST PORT");
  net::Socket listener = listen_and_announce(argv[1], net::parse_port(argv[2], 0));
  serve(listener);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

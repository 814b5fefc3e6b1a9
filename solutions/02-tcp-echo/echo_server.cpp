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
  net::Socket listener = net::listen_on(host, port);
  std::printf("listening on %s\n", listener.local_address().text().c_str());
  std::fflush(stdout);  // into a pipe, a line would be kept back
  return listener;
}

// Sends what was read, with the prefix in front the first time: in one call, so that a client which receives just
// once finds both.
void send_reply(net::Socket& client, std::string& prefix, std::span<const std::byte> bytes) {
  std::string reply = prefix;
  reply.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  client.send_all(net::as_bytes(reply));
  prefix.clear();
}

// The end of the request: a client that sent nothing gets the bare prefix.
void finish_reply(net::Socket& client, std::string& prefix) {
  send_reply(client, prefix, {});
  client.shutdown_send();
}

void converse(net::Socket& client) {
  // How much is read at once. It bounds memory, not messages: a longer one is answered piece by piece.
  std::array<std::byte, 64 * 1024> buffer;
  std::string prefix = "Echo: ";
  while (std::size_t count = client.recv(buffer)) send_reply(client, prefix, std::span(buffer).first(count));
  finish_reply(client, prefix);
}

// A conversation that breaks off is told and ends; the server goes on.
void serve_one(net::Socket client) {
  try {
    converse(client);
  } catch (const std::system_error& error) {
    std::fprintf(stderr, "a client was lost: %s\n", error.what());
  }
}

[[noreturn]] void serve(net::Socket& listener) {
  while (true) {
    net::Socket client;
    try {
      client = listener.accept();
    } catch (const std::system_error& error) {
      // A connection that its client gave up while it waited in the queue is not our failure.
      if (error.code() != std::errc::connection_aborted) throw;
      continue;
    }
    serve_one(std::move(client));
  }
}

void run(int argc, char** argv) {
  if (argc != 3) throw net::UsageError("echo_server HOST PORT");
  net::Socket listener = listen_and_announce(argv[1], net::parse_port(argv[2], 0));
  serve(listener);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

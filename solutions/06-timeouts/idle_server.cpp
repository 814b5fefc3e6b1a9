// idle_server HOST PORT IDLE_MS: the server of lab 04, which waits for no client longer than IDLE_MS.
//
// A server that waits for ever collects dead clients: machines that lost their power, programs that hang, and some
// that only want to hold a place. Each connection has its own clock; the server's one poll waits until the earliest of
// them runs out. The way not taken: SO_RCVTIMEO, which does nothing for a socket that never waits, and a byte now and
// then would satisfy it.
#include <cstdio>
#include <string>

#include "deadline.hpp"
#include "error.hpp"
#include "server.hpp"

net::Socket listen_and_announce(const std::string& host, std::uint16_t port) {
  net::Socket listener = net::listen_on(host, port);
  std::printf("listening on %s\n", listener.local_address().text().c_str());
  std::fflush(stdout);  // into a pipe, a line would be kept back
  return listener;
}

void run(int argc, char** argv) {
  if (argc != 4) throw net::UsageError("idle_server HOST PORT IDLE_MS");
  std::uint16_t port = net::parse_port(argv[2], 0);
  std::chrono::milliseconds idle_limit = net::parse_milliseconds(argv[3]);
  StopSignal stop;
  Server server(stop, listen_and_announce(argv[1], port), idle_limit);
  server.run();
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

// persistent_server HOST PORT: answers every frame of every connection with a frame, `Echo: ` before its payload.
//
// One thread and poll(2) for all clients. A thread for each client would be shorter to write; it costs a stack and a
// switch for each, and what they share must be locked. epoll and kqueue do not look at every connection each time, but
// are not portable (see the chapter).
#include <cstdio>
#include <string>

#include "error.hpp"
#include "server.hpp"

net::Socket listen_and_announce(const std::string& host, std::uint16_t port) {
  net::Socket listener = net::listen_on(host, port);
  std::printf("listening on %s\n", listener.local_address().text().c_str());
  std::fflush(stdout);  // into a pipe, a line would be kept back
  return listener;
}

void run(int argc, char** argv) {
  if (argc != 3) throw net::UsageError("persistent_server HOST PORT");
  StopSignal stop;
  Server server(stop, listen_and_announce(argv[1], net::parse_port(argv[2], 0)));
  server.run();
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

// quote_server HOST PORT TEXT: gives TEXT and a newline to whoever connects (RFC 865).
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

void quote(net::Socket& client, const std::string& text) {
  client.send_all(net::as_bytes(text + "\n"));
}

// A client that breaks off is told and forgotten; the server goes on.
[[noreturn]] void serve(net::Socket& listener, const std::string& text) {
  while (true) {
    try {
      net::Socket client = listener.accept();
      quote(client, text);
    } catch (const std::system_error& error) {
      std::fprintf(stderr, "a client was lost: %s\n", error.what());
    }
  }
}

void run(int argc, char** argv) {
  if (argc != 4) throw net::UsageError("quote_server HOST PORT TEXT");
  net::Socket listener = listen_and_announce(argv[1], net::parse_port(argv[2], 0));
  serve(listener, argv[3]);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

// tls_echo_server HOST PORT [--client-ca FILE] CERT KEY: lab 02's echo inside TLS.
//
// A thread for each connection: what one client does, or does not do, holds up nobody else, and the code of a
// conversation reads from top to bottom. Lab 04's poll loop serves more clients at less cost, but there every
// conversation must be cut into steps. The sockets do not wait by themselves (they are non-blocking), because a limit
// of time for a whole handshake can only be kept by who decides how long each wait may last.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <string>
#include <thread>

#include "deadline.hpp"
#include "error.hpp"
#include "socket.hpp"
#include "tls.hpp"

constexpr std::chrono::seconds handshake_limit(5);
const net::Deadline no_limit(net::Deadline::Clock::time_point::max());

struct Files {
  std::string certificate, key, client_ca;  // the last may be empty
};

// One client: its socket, and the TLS connection that talks through it.
struct Client {
  net::Socket socket;
  net::Ssl ssl;
};

// Bonus: with --client-ca only clients whose certificate leads to that authority are served.
void require_client_certificate(SSL_CTX* context, const std::string& file) {
  net::not_written("07.10 client certificates, renewal, ALPN", context, file);
}

// Bonus: of the protocols that a client offers (ALPN, RFC 7301) ours, "echo", is taken. Who offers only others is told so
// by an alert; who offers none is served as ever. Call it from make_context when it is written.
void speak_echo(SSL_CTX* context) {
  net::not_written("07.10 client certificates, renewal, ALPN", context);
}

// What all connections have in common. Every file is read here and now: a server that finds out at the first handshake
// that its key does not fit finds out too late.
net::SslContext make_context(const Files& files) {
  net::not_written("07.1 certificate and key", files);
}

// Repeats an SSL call that could not go on, as often as it takes. What it waits for it says itself: even reading may
// have to send first.
template <class Call>
int complete(Client& client, net::Deadline deadline, Call call) {
  net::not_written("07.2 the handshake and its limit", client, deadline, call);
}

// One deadline for all of it, counted from accept.
void handshake(Client& client, net::Deadline deadline) {
  net::not_written("07.2 the handshake and its limit", client, deadline);
}

// Reads what has come, at most one record at once.
// Returns 0 at the end of the request, and that is close_notify alone: whatever else ends the stream, the end of TCP
// included, may come from somebody who wants us to take a part for the whole.
std::size_t read_some(Client& client, std::span<std::byte> buffer) {
  net::not_written("07.3 read, answer, know the true end", client, buffer);
}

// Sends what was read, with the prefix in front the first time: in one call, so that a client which receives just
// once finds both.
void send_reply(Client& client, std::string& prefix, std::span<const std::byte> bytes) {
  net::not_written("07.3 read, answer, know the true end", client, prefix, bytes);
}

// The end of the reply: our close_notify. The client's has come already, so there is nothing left to wait for.
void finish_reply(Client& client, std::string& prefix) {
  net::not_written("07.3 read, answer, know the true end", client, prefix);
}

void converse(Client& client) {
  net::not_written("07.3 read, answer, know the true end", client);
}

// One conversation, in a thread of its own. However it breaks off, it is told and ends; the server goes on.
void serve_one(Client client, net::Deadline deadline) {
  try {
    handshake(client, deadline);
    converse(client);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "a client was lost: %s\n", error.what());
  }
}

// Makes the accepted socket ready for TLS and hands it to a thread.
void start_conversation(const net::SslContext& context, net::Socket socket) {
  net::Deadline deadline = net::Deadline::after(handshake_limit);
  socket.set_nonblocking();
  socket.set_no_delay();
  Client client{std::move(socket), net::new_ssl(context)};
  if (::SSL_set_fd(client.ssl.get(), client.socket.fd()) != 1) net::throw_tls("SSL_set_fd");
  std::thread(serve_one, std::move(client), deadline).detach();
}

// Bonus: SIGHUP asks for the files to be read again. A handler may do next to nothing, so it leaves a note.
std::atomic<bool> renewal_wanted = false;

void watch_for_renewal() {
  std::signal(SIGHUP, [](int) { renewal_wanted = true; });
}

// Every connection keeps the context that it was made with, so nobody is dropped. Files that make no sense change
// nothing.
void renew_if_wanted(net::SslContext& context, const Files& files) {
  if (renewal_wanted) net::not_written("07.10 client certificates, renewal, ALPN", context, files);
}

[[noreturn]] void serve(net::Socket& listener, net::SslContext& context, const Files& files) {
  while (true) {
    try {
      net::Socket socket = listener.accept();
      renew_if_wanted(context, files);
      start_conversation(context, std::move(socket));
    } catch (const std::exception& error) {
      // A client that gave up while it waited, or too little of something for one more. Those we have are served on.
      std::fprintf(stderr, "a client was lost: %s\n", error.what());
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
}

void run(int argc, char** argv) {
  bool with_client_ca = argc == 7 && std::string(argv[3]) == "--client-ca";
  if (argc != 5 && !with_client_ca) throw net::UsageError("tls_echo_server HOST PORT [--client-ca FILE] CERT KEY");
  std::uint16_t port = net::parse_port(argv[2], 0);
  Files files{argv[argc - 2], argv[argc - 1], with_client_ca ? argv[4] : ""};

  net::SslContext context = make_context(files);
  watch_for_renewal();
  net::Socket listener = net::listen_on(argv[1], port);
  std::printf("listening on %s\n", listener.local_address().text().c_str());
  std::fflush(stdout);
  serve(listener, context, files);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

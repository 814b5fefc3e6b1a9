// tls_echo_client HOST PORT MESSAGE CA [NAME]: lab 02's client inside TLS.
//
// Three questions must be answered before a byte of MESSAGE leaves: does the server's certificate lead to CA, is it
// within its dates, is it made out to NAME? SSL_connect answers all three if it has been told what to ask for, so
// everything is told first. Asking afterwards (SSL_get_verify_result) works too, and is forgotten more easily.
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <string>

#include "error.hpp"
#include "socket.hpp"
#include "tls.hpp"

constexpr std::size_t longest_message = 100'000;
constexpr std::size_t prefix_length = 6;  // of "Echo: "

// A context that trusts the authority in `file` and nobody else. A client's context verifies nothing unless it is told
// to.
net::SslContext trust(const std::string& file) {
  net::not_written("07.5 whom to trust", file);
}

// Says twice whom we want to talk to: to the verification, which compares it with the certificate, and to the server,
// which may have several certificates to choose from (SNI). An address is matched as an address, and has no SNI.
void expect_name(SSL* ssl, const std::string& name) {
  net::not_written("07.6 the name and SNI", ssl, name);
}

// Makes an SSL call, and again when a signal has interrupted it: OpenSSL says so with WANT_READ or WANT_WRITE, even
// for a socket that waits by itself.
template <class Call>
int complete(SSL* ssl, Call call) {
  net::not_written("07.7 the handshake and why it failed", ssl, call);
}

// "certificate verify failed" helps nobody; what exactly failed, the verification itself knows.
void handshake(SSL* ssl, net::Socket& server, const std::string& name) {
  net::not_written("07.7 the handshake and why it failed", ssl, server, name);
}

// close_notify ends our half, as a half-close does in TCP; the reply still reaches us.
void send_message(SSL* ssl, const std::string& message) {
  net::not_written("07.8 send, close_notify, receive to the true end", ssl, message);
}

// Only the server's close_notify ends the reply. The end of TCP says nothing: anybody on the way can make one.
std::string receive_reply(SSL* ssl) {
  net::not_written("07.8 send, close_notify, receive to the true end", ssl);
}

// The end of the stream does not say that the reply is whole: the server may have finished in the middle of it.
void check_length(const std::string& reply, std::size_t expected) {
  net::not_written("07.8 send, close_notify, receive to the true end", reply, expected);
}

void run(int argc, char** argv) {
  if (argc != 5 && argc != 6) throw net::UsageError("tls_echo_client HOST PORT MESSAGE CA [NAME]");
  std::uint16_t port = net::parse_port(argv[2], 1);
  std::string message = argv[3], name = argv[argc == 6 ? 5 : 1];
  if (message.size() > longest_message) throw net::UsageError("MESSAGE has at most 100000 bytes");

  net::SslContext context = trust(argv[4]);
  net::Ssl ssl = net::new_ssl(context);
  expect_name(ssl.get(), name);
  net::Socket server = net::connect_to(argv[1], port);
  server.set_no_delay();
  handshake(ssl.get(), server, name);
  send_message(ssl.get(), message);
  std::string reply = receive_reply(ssl.get());
  check_length(reply, prefix_length + message.size());
  reply += '\n';
  std::fwrite(reply.data(), 1, reply.size(), stdout);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

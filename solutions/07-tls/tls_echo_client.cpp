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
  net::SslContext context = net::new_ssl_context(::TLS_client_method());
  ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  if (::SSL_CTX_load_verify_locations(context.get(), file.c_str(), nullptr) != 1) net::throw_tls("authority " + file);
  ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return context;
}

// Says twice whom we want to talk to: to the verification, which compares it with the certificate, and to the server,
// which may have several certificates to choose from (SNI). An address is matched as an address, and has no SNI.
void expect_name(SSL* ssl, const std::string& name) {
  if (::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl), name.c_str()) == 1) return;
  ::SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (::SSL_set1_host(ssl, name.c_str()) != 1) net::throw_tls("name " + name);
  if (::SSL_set_tlsext_host_name(ssl, name.c_str()) != 1) net::throw_tls("name " + name);
}

// Makes an SSL call, and again when a signal has interrupted it: OpenSSL says so with WANT_READ or WANT_WRITE, even
// for a socket that waits by itself.
template <class Call>
int complete(SSL* ssl, Call call) {
  while (true) {
    ::ERR_clear_error();  // SSL_get_error looks at the queue too, so nothing old may lie there
    int result = call();
    int error = ::SSL_get_error(ssl, result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return result;
  }
}

// "certificate verify failed" helps nobody; what exactly failed, the verification itself knows.
void handshake(SSL* ssl, net::Socket& server, const std::string& name) {
  if (::SSL_set_fd(ssl, server.fd()) != 1) net::throw_tls("SSL_set_fd");
  if (complete(ssl, [ssl] { return ::SSL_connect(ssl); }) == 1) return;
  long verdict = ::SSL_get_verify_result(ssl);
  if (verdict != X509_V_OK) throw net::TlsError("certificate of " + name + ": " + ::X509_verify_cert_error_string(verdict));
  net::throw_tls("handshake with " + name);
}

// close_notify ends our half, as a half-close does in TCP; the reply still reaches us.
void send_message(SSL* ssl, const std::string& message) {
  int length = static_cast<int>(message.size());
  if (length > 0 && complete(ssl, [&] { return ::SSL_write(ssl, message.data(), length); }) <= 0) net::throw_tls("send");
  if (complete(ssl, [ssl] { return ::SSL_shutdown(ssl); }) < 0) net::throw_tls("finish sending");
}

// Only the server's close_notify ends the reply. The end of TCP says nothing: anybody on the way can make one.
std::string receive_reply(SSL* ssl) {
  std::array<char, 16 * 1024> buffer;
  std::string reply;
  while (true) {
    int count = complete(ssl, [&] { return ::SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size())); });
    if (count > 0)
      reply.append(buffer.data(), static_cast<std::size_t>(count));
    else if (::SSL_get_error(ssl, count) == SSL_ERROR_ZERO_RETURN)
      return reply;
    else
      net::throw_tls("reply truncated after " + std::to_string(reply.size()) + " bytes");
  }
}

// The end of the stream does not say that the reply is whole: the server may have finished in the middle of it.
void check_length(const std::string& reply, std::size_t expected) {
  if (reply.size() < expected)
    throw std::runtime_error("reply ended after " + std::to_string(reply.size()) + " of " + std::to_string(expected) + " bytes");
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

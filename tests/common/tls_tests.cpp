// The owners of OpenSSL's objects, and the words for its errors.
#include "tls.hpp"

#include <openssl/err.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <string>
#include <thread>

#include "error.hpp"

namespace {

std::string text_of_error(const std::string& what) {
  try {
    net::throw_tls(what);
  } catch (const net::TlsError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("A TLS error tells its cause and leaves nothing in the queue") {
  net::SslContext context = net::new_ssl_context(::TLS_server_method());
  REQUIRE(::SSL_CTX_use_certificate_chain_file(context.get(), "/nonexistent.pem") != 1);
  CHECK(text_of_error("certificate /nonexistent.pem") == "certificate /nonexistent.pem: No such file or directory");
  CHECK(::ERR_peek_error() == 0);
}

TEST_CASE("Where OpenSSL has no reason, the system has one") {
  ::ERR_clear_error();
  errno = ECONNRESET;
  CHECK(text_of_error("handshake") == "handshake: Connection reset by peer");
  errno = 0;
  CHECK(text_of_error("handshake") == "handshake: the connection ended");
}

TEST_CASE("A connection keeps its context alive") {
  net::SslContext context = net::new_ssl_context(::TLS_client_method());
  net::Ssl ssl = net::new_ssl(context);
  context.reset();
  CHECK(::SSL_get_SSL_CTX(ssl.get()) != nullptr);
  CHECK(::SSL_get_state(ssl.get()) == TLS_ST_BEFORE);
}

// Shows what a TLS server presents, and trusts nothing of it: the example of chapter 07. tls_look HOST PORT
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <string>

#include "error.hpp"
#include "socket.hpp"
#include "tls.hpp"

//! [look]
static void look(SSL* ssl) {
  std::printf("%s, %s\n", ::SSL_get_version(ssl), ::SSL_get_cipher_name(ssl));
  STACK_OF(X509)* chain = ::SSL_get_peer_cert_chain(ssl);  // belongs to ssl: not ours to free
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    X509* certificate = sk_X509_value(chain, i);
    int days = 0, seconds = 0;
    ::ASN1_TIME_diff(&days, &seconds, nullptr, ::X509_get0_notAfter(certificate));  // nullptr: from now
    char subject[256], issuer[256];
    ::X509_NAME_oneline(::X509_get_subject_name(certificate), subject, sizeof subject);
    ::X509_NAME_oneline(::X509_get_issuer_name(certificate), issuer, sizeof issuer);
    std::printf("%d: %s, signed by %s, for %d more days\n", i, subject, issuer, days);
  }
}
//! [look]

static void run(int argc, char** argv) {
  if (argc != 3) throw net::UsageError("tls_look HOST PORT");
  net::SslContext context = net::new_ssl_context(::TLS_client_method());
  net::Ssl ssl = net::new_ssl(context);
  net::Socket server = net::connect_to(argv[1], net::parse_port(argv[2], 1));
  if (::SSL_set_fd(ssl.get(), server.fd()) != 1 || ::SSL_connect(ssl.get()) != 1) net::throw_tls("handshake");
  look(ssl.get());
  ::SSL_shutdown(ssl.get());
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

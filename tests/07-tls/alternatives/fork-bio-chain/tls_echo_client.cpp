// BIO_new_ssl over BIO_new_connect-like steps: the verification is looked at after the handshake and before the
// message.
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <csignal>
#include <cstdio>
#include <string>

#include "error.hpp"
#include "socket.hpp"

// Static, so that what a failure leaves behind is still owned by somebody when the program ends.
static SSL_CTX* context;
static BIO* chain;
static SSL* ssl;
static ASN1_OCTET_STRING* address;
static X509* theirs;

static void run(int argc, char** argv) {
  if (argc < 5 || argc > 6) throw net::UsageError("tls_echo_client HOST PORT MESSAGE CA [NAME]");
  std::uint16_t port = net::parse_port(argv[2], 1);
  std::string message = argv[3], name = argv[argc == 6 ? 5 : 1];
  context = SSL_CTX_new(TLS_method());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  if (!SSL_CTX_load_verify_locations(context, argv[4], nullptr))
    throw std::runtime_error(std::string(argv[4]) + " holds no authority");
  net::Socket server = net::connect_to(argv[1], port);

  chain = BIO_push(BIO_new_ssl(context, 1), BIO_new_socket(server.fd(), BIO_NOCLOSE));
  BIO_get_ssl(chain, &ssl);
  address = a2i_IPADDRESS(name.c_str());
  if (!address) SSL_set_tlsext_host_name(ssl, name.c_str());
  while (BIO_do_handshake(chain) != 1)  // a signal may have interrupted it
    if (!BIO_should_retry(chain)) throw std::runtime_error("no handshake");

  // The context verified without insisting on it; its verdict is there all the same.
  theirs = SSL_get1_peer_certificate(ssl);
  long verdict = SSL_get_verify_result(ssl);
  if (!theirs) throw std::runtime_error("the server has no certificate");
  if (verdict != X509_V_OK) throw std::runtime_error(X509_verify_cert_error_string(verdict));
  if ((address ? X509_check_ip_asc(theirs, name.c_str(), 0) : X509_check_host(theirs, name.c_str(), 0, 0, nullptr)) !=
      1)
    throw std::runtime_error("Hostname or address does not match");

  while (!message.empty() && BIO_write(chain, message.data(), static_cast<int>(message.size())) <= 0)
    if (!BIO_should_retry(chain)) throw std::runtime_error("send");
  while (BIO_flush(chain) != 1)
    if (!BIO_should_retry(chain)) throw std::runtime_error("flush");
  while (SSL_shutdown(ssl) < 0 && SSL_want_write(ssl)) {
  }
  std::string reply;
  char buffer[4096];
  int count;
  while ((count = BIO_read(chain, buffer, sizeof buffer)) > 0 || BIO_should_retry(chain))
    if (count > 0) reply.append(buffer, static_cast<std::size_t>(count));
  if (!(SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN)) throw std::runtime_error("Truncated");
  if (reply.size() < message.size() + 6)
    throw std::runtime_error("reply ended after " + std::to_string(reply.size()) + " of " +
                             std::to_string(message.size() + 6) + " bytes");
  std::printf("%s", "");
  std::fwrite(reply.data(), 1, reply.size(), stdout);
  std::fputc('\n', stdout);
  ASN1_OCTET_STRING_free(address);
  X509_free(theirs);
  BIO_free_all(chain);
  SSL_CTX_free(context);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

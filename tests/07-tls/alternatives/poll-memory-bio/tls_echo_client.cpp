// A BIO pair: TLS talks to one half, and a loop carries bytes between the other half and the socket.
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "error.hpp"
#include "socket.hpp"

namespace {

class Tunnel {
 public:
  Tunnel(net::Socket& socket, SSL* ssl) : socket_(socket), ssl_(ssl) {
    BIO* inner = nullptr;
    BIO_new_bio_pair(&inner, 0, &outer_, 0);
    SSL_set_bio(ssl_, inner, inner);
  }
  ~Tunnel() { BIO_free(outer_); }

  // Repeats `call` until it needs nothing more.
  template <class Call>
  int carry(Call call) {
    while (true) {
      ERR_clear_error();
      int result = call();
      int error = SSL_get_error(ssl_, result);
      send_what_is_there();
      if (error == SSL_ERROR_WANT_WRITE) continue;
      if (error != SSL_ERROR_WANT_READ) return result;
      if (!receive_something()) return -1;
    }
  }

 private:
  void send_what_is_there() {
    char buffer[4096];
    while (BIO_ctrl_pending(outer_) > 0) {
      int n = BIO_read(outer_, buffer, sizeof buffer);
      if (n > 0) socket_.send_all(std::as_bytes(std::span(buffer, static_cast<std::size_t>(n))));
    }
  }
  bool receive_something() {
    std::byte buffer[4096];
    std::size_t room = BIO_ctrl_get_write_guarantee(outer_);
    std::size_t n = socket_.recv(std::span(buffer, std::min(room, sizeof buffer)));
    if (n == 0) return false;
    BIO_write(outer_, buffer, static_cast<int>(n));
    return true;
  }
  net::Socket& socket_;
  SSL* ssl_;
  BIO* outer_ = nullptr;
};

// Static, so that what a failure leaves behind is still owned by somebody when the program ends.
SSL_CTX* context;
SSL* ssl;

void run(int argc, char** argv) {
  if (argc < 5 || argc > 6) throw net::UsageError("tls_echo_client HOST PORT MESSAGE CA [NAME]");
  std::uint16_t port = net::parse_port(argv[2], 1);
  std::string message = argv[3], name = argv[argc == 6 ? 5 : 1];
  context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (!SSL_CTX_load_verify_file(context, argv[4])) throw std::runtime_error(std::string("bad file ") + argv[4]);
  ssl = SSL_new(context);
  if (!X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str())) {
    // The second call refuses an empty name, which the first would take for any.
    if (!X509_VERIFY_PARAM_set1_host(SSL_get0_param(ssl), name.data(), name.size()) ||
        !SSL_set_tlsext_host_name(ssl, name.c_str()))
      throw std::runtime_error("no name of a host: " + name);
  }
  net::Socket socket = net::connect_to(argv[1], port);
  {
    Tunnel tunnel(socket, ssl);
    if (tunnel.carry([&] { return SSL_connect(ssl); }) != 1) {
      long verdict = SSL_get_verify_result(ssl);
      throw std::runtime_error(std::string("TLS: ") +
                               (verdict == X509_V_OK ? "no handshake" : X509_verify_cert_error_string(verdict)));
    }
    int size = static_cast<int>(message.size());
    if (size > 0 && tunnel.carry([&] { return SSL_write(ssl, message.data(), size); }) <= 0)
      throw std::runtime_error("sending failed");
    tunnel.carry([&] { return SSL_shutdown(ssl) < 0 ? -1 : 1; });
    std::string reply;
    char buffer[1000];
    int n;
    try {
      while ((n = tunnel.carry([&] { return SSL_read(ssl, buffer, sizeof buffer); })) > 0)
        reply.append(buffer, static_cast<std::size_t>(n));
    } catch (const std::system_error& error) {
      throw std::runtime_error(std::string("truncated by ") + error.what());
    }
    if (!(SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN)) throw std::runtime_error("the reply was truncated");
    if (reply.size() < message.size() + 6)
      throw std::runtime_error("reply ended after " + std::to_string(reply.size()) + " of " +
                               std::to_string(message.size() + 6) + " bytes");
    std::fwrite((reply + "\n").data(), 1, reply.size() + 1, stdout);
  }
  SSL_free(ssl);
  SSL_CTX_free(context);
}

}  // namespace

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

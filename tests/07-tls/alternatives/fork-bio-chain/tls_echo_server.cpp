// A process for each connection, a BIO chain (BIO_new_ssl over a socket BIO), alarm for the handshake's limit.
#include <netdb.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

static volatile sig_atomic_t hung_up = 0;

static bool load(SSL_CTX* context, char** files, const char* client_ca) {
  BIO* in = BIO_new_file(files[0], "r");
  X509* certificate = in ? PEM_read_bio_X509(in, nullptr, nullptr, nullptr) : nullptr;
  if (!certificate) {
    std::fprintf(stderr, "tls_echo_server: no certificate in %s\n", files[0]);
    BIO_free(in);
    return false;
  }
  SSL_CTX_use_certificate(context, certificate);
  X509_free(certificate);
  while (X509* above = PEM_read_bio_X509(in, nullptr, nullptr, nullptr)) SSL_CTX_add_extra_chain_cert(context, above);
  ERR_clear_error();
  BIO_free(in);
  in = BIO_new_file(files[1], "r");
  EVP_PKEY* key = in ? PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr) : nullptr;
  BIO_free(in);
  bool fits = key && SSL_CTX_use_PrivateKey(context, key) == 1 && SSL_CTX_check_private_key(context) == 1;
  EVP_PKEY_free(key);
  if (!fits) {
    std::fprintf(stderr, "tls_echo_server: no key that fits in %s\n", files[1]);
    return false;
  }
  if (client_ca) {
    if (SSL_CTX_load_verify_locations(context, client_ca, nullptr) != 1) {
      std::fprintf(stderr, "tls_echo_server: no authority in %s\n", client_ca);
      return false;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return true;
}

// Makes a call again that a signal has interrupted; the socket blocks, so nothing else is to be waited for.
template <class Call>
static long carry_on(BIO* chain, Call call) {
  long result = call();
  while (result <= 0 && BIO_should_retry(chain)) result = call();
  return result;
}

static bool write_all(BIO* chain, const std::string& bytes) {
  return carry_on(chain, [&] { return BIO_write(chain, bytes.data(), static_cast<int>(bytes.size())); }) > 0;
}

[[noreturn]] static void converse(SSL_CTX* context, int fd) {
  alarm(5);  // ends this process, and with it the connection
  BIO* chain = BIO_push(BIO_new_ssl(context, 0), BIO_new_socket(fd, BIO_CLOSE));
  SSL* ssl = nullptr;
  BIO_get_ssl(chain, &ssl);
  if (carry_on(chain, [&] { return BIO_do_handshake(chain); }) != 1) {
    std::fprintf(stderr, "no handshake\n");
    std::_Exit(0);
  }
  alarm(0);
  char buffer[20000];
  std::string prefix = "Echo: ";
  long count;
  while ((count = carry_on(chain, [&] { return BIO_read(chain, buffer, sizeof buffer); })) > 0) {
    std::string reply = prefix + std::string(buffer, static_cast<size_t>(count));
    prefix.clear();
    if (!write_all(chain, reply)) std::_Exit(0);
  }
  if (!(SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN)) {
    std::fprintf(stderr, "request truncated\n");
    std::_Exit(0);
  }
  if (!prefix.empty()) write_all(chain, prefix);
  int error = SSL_ERROR_NONE;
  do {
    int ended = SSL_shutdown(ssl);
    error = ended < 0 ? SSL_get_error(ssl, ended) : SSL_ERROR_NONE;
  } while (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE);
  std::_Exit(0);
}

int main(int argc, char** argv) {
  char* end = nullptr;
  bool option = argc == 7 && std::strcmp(argv[3], "--client-ca") == 0;
  long port = (argc == 5 || option) && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : -1;
  if (port < 0 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: %s HOST PORT [--client-ca FILE] CERT KEY\n", argv[0]);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_IGN);  // nobody waits for them
  signal(SIGHUP, [](int) { hung_up = 1; });
  auto new_context = [&]() -> SSL_CTX* {
    SSL_CTX* context = SSL_CTX_new(TLS_method());
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    if (load(context, argv + argc - 2, option ? argv[4] : nullptr)) return context;
    SSL_CTX_free(context);
    return nullptr;
  };
  SSL_CTX* context = new_context();
  if (!context) return 1;

  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (int failed = getaddrinfo(argv[1], argv[2], &hints, &list)) {
    std::fprintf(stderr, "tls_echo_server: %s: %s\n", argv[1], gai_strerror(failed));
    return 1;
  }
  int listener = socket(list->ai_family, SOCK_STREAM, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, list->ai_addr, list->ai_addrlen) < 0 || listen(listener, 100) < 0) {
    std::fprintf(stderr, "tls_echo_server: bind: %s\n", std::strerror(errno));
    return 1;
  }
  freeaddrinfo(list);
  sockaddr_storage local{};
  socklen_t length = sizeof local;
  getsockname(listener, reinterpret_cast<sockaddr*>(&local), &length);
  char host[128], service[16];
  getnameinfo(reinterpret_cast<sockaddr*>(&local), length, host, sizeof host, service, sizeof service,
              NI_NUMERICHOST | NI_NUMERICSERV);
  std::printf(local.ss_family == AF_INET6 ? "listening on [%s]:%s\n" : "listening on %s:%s\n", host, service);
  std::fflush(stdout);

  while (true) {
    int client = accept(listener, nullptr, nullptr);
    if (hung_up) {
      hung_up = 0;
      if (SSL_CTX* renewed = new_context()) {
        SSL_CTX_free(context);
        context = renewed;
      }
    }
    if (client < 0) continue;
    if (fork() == 0) {
      close(listener);
      converse(context, client);
    }
    close(client);
  }
}

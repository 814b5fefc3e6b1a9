// A verify callback that compares the names itself with X509_check_host, SSL_do_handshake, SSL_read_ex and
// SSL_write_ex.
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

struct Wanted {
  const char* name;
  bool address;
  char cause[200];
};

static bool is_address(const char* text) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static int check(int good, X509_STORE_CTX* store) {
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* wanted = static_cast<Wanted*>(SSL_get_app_data(ssl));
  if (!good) {
    std::snprintf(wanted->cause, sizeof wanted->cause, "%s",
                  X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
    return 0;
  }
  if (X509_STORE_CTX_get_error_depth(store) > 0) return 1;
  X509* theirs = X509_STORE_CTX_get_current_cert(store);
  int match = wanted->address ? X509_check_ip_asc(theirs, wanted->name, 0)
                              : X509_check_host(theirs, wanted->name, 0, 0, nullptr);
  if (match == 1) return 1;
  std::snprintf(wanted->cause, sizeof wanted->cause, "the certificate is made out to somebody else, not to %s",
                wanted->name);
  X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
  return 0;
}

[[noreturn]] static void fail(const std::string& what) {
  std::fprintf(stderr, "some details for the log\n");
  ERR_print_errors_fp(stderr);
  std::fprintf(stderr, "tls_echo_client: %s\n", what.c_str());
  std::exit(1);
}

// 0 or what went wrong. A connect that was interrupted goes on in the background; making it again would fail.
static int try_connect(int fd, const addrinfo* a) {
  if (connect(fd, a->ai_addr, a->ai_addrlen) == 0) return 0;
  if (errno != EINTR) return errno;
  pollfd connected{fd, POLLOUT, 0};
  while (poll(&connected, 1, -1) < 0)
    if (errno != EINTR) return errno;
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

// Makes a call again that a signal has interrupted.
template <class Call>
static int carry_on(SSL* ssl, Call call) {
  int result = call();
  for (; result <= 0; result = call())
    if (int error = SSL_get_error(ssl, result); error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) break;
  return result;
}

static int connect_somewhere(const char* host, const char* port) {
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (int error = getaddrinfo(host, port, &hints, &list)) fail(std::string(host) + ": " + gai_strerror(error));
  int last = 0;
  for (addrinfo* a = list; a; a = a->ai_next) {
    int fd = socket(a->ai_family, SOCK_STREAM, 0);
    last = fd < 0 ? errno : try_connect(fd, a);
    if (last == 0) {
      freeaddrinfo(list);
      return fd;
    }
    if (fd >= 0) close(fd);
  }
  fail(std::string("connect to ") + host + ": " + std::strerror(last));
}

int main(int argc, char** argv) {
  char* end = nullptr;
  long port = argc >= 5 && argc <= 6 && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : 0;
  if (port < 1 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: %s HOST PORT MESSAGE CA [NAME]\n", argv[0]);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  Wanted wanted{argv[argc == 6 ? 5 : 1], false, ""};
  wanted.address = is_address(wanted.name);

  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_options(context, SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1);
  static X509_STORE* store;  // until the context owns it
  store = X509_STORE_new();
  X509_LOOKUP* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
  if (X509_load_cert_file(lookup, argv[4], X509_FILETYPE_PEM) < 1) fail(std::string("cannot read ") + argv[4]);
  SSL_CTX_set_cert_store(context, store);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, check);

  SSL* ssl = SSL_new(context);
  SSL_set_app_data(ssl, &wanted);
  if (!wanted.address) SSL_set_tlsext_host_name(ssl, wanted.name);
  int fd = connect_somewhere(argv[1], argv[2]);
  BIO* bio = BIO_new_socket(fd, BIO_CLOSE);
  SSL_set_bio(ssl, bio, bio);
  SSL_set_connect_state(ssl);
  if (carry_on(ssl, [&] { return SSL_do_handshake(ssl); }) != 1)
    fail(std::string("no secure connection: ") + (*wanted.cause ? wanted.cause : "handshake failed"));

  size_t left = std::strlen(argv[3]), count = 0;
  for (const char* rest = argv[3]; left > 0; rest += count, left -= count)
    if (!carry_on(ssl, [&] { return SSL_write_ex(ssl, rest, left > 1000 ? 1000 : left, &count); }))
      fail("sending failed");
  if (carry_on(ssl, [&] { return SSL_shutdown(ssl); }) < 0) fail("close_notify could not be sent");

  std::vector<char> reply;
  char buffer[3000];
  while (carry_on(ssl, [&] { return SSL_read_ex(ssl, buffer, sizeof buffer, &count); }))
    reply.insert(reply.end(), buffer, buffer + count);
  if (SSL_get_error(ssl, 0) != SSL_ERROR_ZERO_RETURN) fail("the reply is TRUNCATED");
  size_t expected = std::strlen(argv[3]) + 6;
  if (reply.size() < expected)
    fail("reply ended after " + std::to_string(reply.size()) + " of " + std::to_string(expected) + " bytes");
  reply.push_back('\n');
  std::fwrite(reply.data(), 1, reply.size(), stdout);
  std::fflush(stdout);
  SSL_free(ssl);
  SSL_CTX_free(context);
  return 0;
}

// A thread for each connection on blocking sockets: a timer thread of each handshake's own cuts the late ones off with
// shutdown. SSL_read_ex and SSL_write_ex, session tickets on, a full two-way shutdown.
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>

namespace {

// Shuts the socket down unless the handshake is done within five seconds.
class Watchdog {
 public:
  explicit Watchdog(int fd)
      : thread_([this, fd] {
          std::unique_lock lock(mutex_);
          if (!done_changed_.wait_for(lock, std::chrono::seconds(5), [this] { return done_; })) shutdown(fd, SHUT_RDWR);
        }) {}
  ~Watchdog() {
    {
      std::lock_guard lock(mutex_);
      done_ = true;
    }
    done_changed_.notify_one();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_changed_;
  bool done_ = false;
  std::thread thread_;
};

// Makes a call again that a signal has interrupted; the socket blocks.
template <class Call>
int carry_on(SSL* ssl, Call call) {
  int result = call();
  for (; result <= 0; result = call())
    if (int error = SSL_get_error(ssl, result); error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) break;
  return result;
}

bool write_all(SSL* ssl, const std::string& bytes) {
  size_t written = 0;
  return bytes.empty() || carry_on(ssl, [&] { return SSL_write_ex(ssl, bytes.data(), bytes.size(), &written); }) == 1;
}

void converse(SSL* ssl) {
  char buffer[5000];
  std::string prefix = "Echo: ";
  size_t count = 0;
  while (carry_on(ssl, [&] { return SSL_read_ex(ssl, buffer, sizeof buffer, &count); }) == 1) {
    if (!write_all(ssl, prefix + std::string(buffer, count))) return;
    prefix.clear();
  }
  if (SSL_get_error(ssl, 0) != SSL_ERROR_ZERO_RETURN) {
    std::fprintf(stderr, "[conversation] truncation!\n");
    return;
  }
  // What it gives is 0 when ours is sent and theirs is not there yet.
  if (write_all(ssl, prefix)) carry_on(ssl, [&] { return SSL_shutdown(ssl) < 0 ? -1 : 1; });
}

void serve(SSL_CTX* context, int fd) {
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, fd);
  bool secured;
  {
    Watchdog watchdog(fd);
    secured = carry_on(ssl, [&] { return SSL_accept(ssl); }) == 1;
  }
  if (secured)
    converse(ssl);
  else
    ERR_print_errors_fp(stderr);
  SSL_free(ssl);
  close(fd);
}

volatile sig_atomic_t hung_up = 0;

SSL_CTX* make_context(const char* certificate, const char* key, const char* client_ca) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_alpn_select_cb(
      context,
      [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offer, unsigned left, void*) {
        for (; left > 0; left -= 1 + *offer, offer += 1 + *offer)
          if (std::string(reinterpret_cast<const char*>(offer) + 1, *offer) == "echo")
            return *out = offer + 1, *size = *offer, SSL_TLSEXT_ERR_OK;
        return SSL_TLSEXT_ERR_ALERT_FATAL;
      },
      nullptr);
  const char* trouble = nullptr;
  if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
    trouble = certificate;
  else if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(context) != 1)
    trouble = key;
  else if (client_ca && SSL_CTX_load_verify_locations(context, client_ca, nullptr) != 1)
    trouble = client_ca;
  if (client_ca) SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  if (!trouble) return context;
  std::fprintf(stderr, "tls_echo_server: %s: cannot be used\n", trouble);
  ERR_clear_error();
  SSL_CTX_free(context);
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  char* end = nullptr;
  bool option = argc == 7 && std::strcmp(argv[3], "--client-ca") == 0;
  long port = (argc == 5 || option) && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : -1;
  if (port < 0 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: %s HOST PORT [--client-ca FILE] CERT KEY\n", argv[0]);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  struct sigaction action {};
  action.sa_handler = [](int) { hung_up = 1; };
  action.sa_flags = SA_RESTART;
  sigaction(SIGHUP, &action, nullptr);

  SSL_CTX* context = make_context(argv[argc - 2], argv[argc - 1], option ? argv[4] : nullptr);
  if (!context) return 1;
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  if (int failed = getaddrinfo(argv[1], argv[2], &hints, &list)) {
    std::fprintf(stderr, "tls_echo_server: %s: %s\n", argv[1], gai_strerror(failed));
    return 1;
  }
  int listener = socket(list->ai_family, SOCK_STREAM, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, list->ai_addr, list->ai_addrlen) < 0 || listen(listener, SOMAXCONN) < 0) {
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
    if (client < 0) continue;
    if (hung_up) {
      hung_up = 0;
      if (SSL_CTX* renewed = make_context(argv[argc - 2], argv[argc - 1], option ? argv[4] : nullptr)) {
        SSL_CTX_free(context);
        context = renewed;
      }
    }
    SSL_CTX_up_ref(context);
    std::thread([context, client] {
      serve(context, client);
      SSL_CTX_free(context);
    }).detach();
  }
}

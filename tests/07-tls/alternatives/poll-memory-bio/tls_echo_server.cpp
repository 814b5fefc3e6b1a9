// One thread and poll; TLS works on memory BIOs, and recv and send carry the bytes. What has been decrypted by the time
// is answered as it is read.
#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <list>
#include <string>
#include <vector>

using Clock = std::chrono::steady_clock;

static volatile sig_atomic_t hung_up = 0;

struct Client {
  int fd;
  SSL* ssl;
  Clock::time_point deadline;
  std::string prefix = "Echo: ", out;
  bool secured = false, finished = false, dead = false;
};

static void collect(Client& c) {
  char* bytes = nullptr;
  long length = BIO_get_mem_data(SSL_get_wbio(c.ssl), &bytes);
  if (length > 0) {
    c.out.append(bytes, static_cast<size_t>(length));
    (void)BIO_reset(SSL_get_wbio(c.ssl));
  }
}

static void push(Client& c) {
  while (!c.out.empty()) {
    ssize_t n = send(c.fd, c.out.data(), c.out.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) {
      c.dead = true;
      return;
    }
    c.out.erase(0, static_cast<size_t>(n));
  }
  if (c.finished) c.dead = true;
}

static void step(Client& c) {
  ERR_clear_error();
  if (!c.secured) {
    int result = SSL_accept(c.ssl);
    int error = SSL_get_error(c.ssl, result);
    collect(c);
    if (result == 1)
      c.secured = true;
    else if (error != SSL_ERROR_WANT_READ) {
      std::fprintf(stderr, "handshake failed\n");
      c.finished = true;
      return;
    } else
      return;
  }
  char buffer[16384];
  while (!c.finished) {
    ERR_clear_error();
    int n = SSL_read(c.ssl, buffer, sizeof buffer);
    if (n > 0) {
      std::string reply = c.prefix + std::string(buffer, static_cast<size_t>(n));
      c.prefix.clear();
      SSL_write(c.ssl, reply.data(), static_cast<int>(reply.size()));
    } else {
      int error = SSL_get_error(c.ssl, n);
      if (error == SSL_ERROR_WANT_READ) break;
      c.finished = true;
      if (error == SSL_ERROR_ZERO_RETURN) {
        if (!c.prefix.empty()) SSL_write(c.ssl, c.prefix.data(), static_cast<int>(c.prefix.size()));
        SSL_shutdown(c.ssl);
      } else {
        std::fprintf(stderr, "stream broken\n");
      }
    }
    collect(c);
  }
  collect(c);
}

static void receive(Client& c) {
  char buffer[32768];
  ssize_t n = recv(c.fd, buffer, sizeof buffer, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    std::fprintf(stderr, c.secured ? "Truncated stream\n" : "gone before the handshake was done\n");
    c.dead = true;
    return;
  }
  BIO_write(SSL_get_rbio(c.ssl), buffer, static_cast<int>(n));
  step(c);
}

static SSL_CTX* make_context(char** files, const char* client_ca) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  const char* trouble = nullptr;
  if (SSL_CTX_use_certificate_chain_file(context, files[0]) != 1)
    trouble = files[0];
  else if (SSL_CTX_use_PrivateKey_file(context, files[1], SSL_FILETYPE_PEM) != 1 ||
           SSL_CTX_check_private_key(context) != 1)
    trouble = files[1];
  else if (client_ca && SSL_CTX_load_verify_locations(context, client_ca, nullptr) != 1)
    trouble = client_ca;
  if (client_ca) SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  if (!trouble) return context;
  std::fprintf(stderr, "tls_echo_server: cannot use %s\n", trouble);
  SSL_CTX_free(context);
  return nullptr;
}

int main(int argc, char** argv) {
  char* end = nullptr;
  bool option = argc == 7 && std::strcmp(argv[3], "--client-ca") == 0;
  long port = (argc == 5 || option) && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : -1;
  if (port < 0 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: %s HOST PORT [--client-ca FILE] CERT KEY\n", argv[0]);
    return 2;
  }
  const char* client_ca = option ? argv[4] : nullptr;
  struct sigaction action {};
  action.sa_handler = [](int) { hung_up = 1; };
  sigaction(SIGHUP, &action, nullptr);  // interrupts poll
  SSL_CTX* context = make_context(argv + argc - 2, client_ca);
  if (!context) return 1;

  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (int failed = getaddrinfo(argv[1], argv[2], &hints, &list)) {
    std::fprintf(stderr, "tls_echo_server: %s: %s\n", argv[1], gai_strerror(failed));
    return 1;
  }
  int listener = socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
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

  std::list<Client> clients;
  while (true) {
    if (hung_up) {
      hung_up = 0;
      if (SSL_CTX* renewed = make_context(argv + argc - 2, client_ca)) {
        SSL_CTX_free(context);
        context = renewed;
      }
    }
    std::vector<pollfd> fds{{listener, POLLIN, 0}};
    int wait = -1;
    for (Client& c : clients) {
      // Who does not take his answers is not read from.
      short events = static_cast<short>((c.out.size() < 200'000 ? POLLIN : 0) | (c.out.empty() ? 0 : POLLOUT));
      fds.push_back({c.fd, events, 0});
      if (c.secured) continue;
      auto left = std::chrono::ceil<std::chrono::milliseconds>(c.deadline - Clock::now()).count();
      int own = left < 0 ? 0 : static_cast<int>(left);
      if (wait < 0 || own < wait) wait = own;
    }
    if (poll(fds.data(), fds.size(), wait) < 0) continue;
    auto ready = fds.begin() + 1;
    for (Client& c : clients) {
      short events = (ready++)->revents;
      if (events & POLLOUT) push(c);
      if (!c.dead && !c.finished && (events & (POLLIN | POLLHUP | POLLERR))) receive(c);
      if (!c.dead) push(c);
      if (!c.secured && Clock::now() >= c.deadline) c.dead = true;
    }
    for (auto c = clients.begin(); c != clients.end();) {
      if (!c->dead) {
        ++c;
        continue;
      }
      close(c->fd);
      SSL_free(c->ssl);
      c = clients.erase(c);
    }
    if (fds[0].revents == 0) continue;
    int fd = accept(listener, nullptr, nullptr);
    if (fd < 0) continue;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    SSL* ssl = SSL_new(context);
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    clients.push_back({fd, ssl, Clock::now() + std::chrono::seconds(5)});
  }
}

// Handshakes are made by one thread with poll; who has made it gets a blocking socket and a thread of its own. The
// context is shared, its certificate is changed in place.
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>

#include <chrono>
#include <cstdio>
#include <list>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "error.hpp"
#include "socket.hpp"
#include "tls.hpp"

using Clock = std::chrono::steady_clock;

struct Newcomer {
  net::Socket socket;
  net::Ssl ssl;
  Clock::time_point deadline;
  short wants = POLLIN;
  bool lost = false;
};

static volatile sig_atomic_t hung_up = 0;

static void load(SSL_CTX* context, const char* certificate, const char* key) {
  net::SslContext trial = net::new_ssl_context(TLS_server_method());
  for (SSL_CTX* into : {trial.get(), context}) {
    if (SSL_CTX_use_certificate_chain_file(into, certificate) != 1) net::throw_tls(certificate);
    if (SSL_CTX_use_PrivateKey_file(into, key, SSL_FILETYPE_PEM) != 1) net::throw_tls(key);
    if (SSL_CTX_check_private_key(into) != 1) net::throw_tls(key);
  }
}

// Makes a call again that a signal has interrupted; the socket blocks.
template <class Call>
static int carry_on(SSL* ssl, Call call) {
  int result = call();
  for (; result <= 0; result = call())
    if (int error = SSL_get_error(ssl, result); error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) break;
  return result;
}

static void converse(net::Socket socket, net::Ssl ssl) {
  int flags = fcntl(socket.fd(), F_GETFL);
  fcntl(socket.fd(), F_SETFL, flags & ~O_NONBLOCK);
  std::string reply = "Echo: ";
  char buffer[1024];
  auto read_some = [&] { return carry_on(ssl.get(), [&] { return SSL_read(ssl.get(), buffer, sizeof buffer); }); };
  auto write_reply = [&] {
    return carry_on(ssl.get(), [&] { return SSL_write(ssl.get(), reply.data(), static_cast<int>(reply.size())); });
  };
  int n;
  while ((n = read_some()) > 0) {
    reply.append(buffer, static_cast<std::size_t>(n));
    // What is left of the same record goes back with it.
    while (SSL_pending(ssl.get()) > 0 && (n = read_some()) > 0) reply.append(buffer, static_cast<std::size_t>(n));
    if (write_reply() <= 0) return;
    reply.clear();
  }
  if (SSL_get_error(ssl.get(), n) != SSL_ERROR_ZERO_RETURN) {
    std::fprintf(stderr, "truncated: %s\n", net::tls_reason().c_str());
    return;
  }
  if (!reply.empty()) write_reply();
  carry_on(ssl.get(), [&] { return SSL_shutdown(ssl.get()) < 0 ? -1 : 1; });  // 0: sent, theirs is not there yet
}

// True when the newcomer is one no longer: secured and handed on, or lost.
static bool advance(Newcomer& one) {
  ERR_clear_error();
  int result = SSL_accept(one.ssl.get());
  if (result == 1) {
    std::thread(converse, std::move(one.socket), std::move(one.ssl)).detach();
    return true;
  }
  int error = SSL_get_error(one.ssl.get(), result);
  one.wants = error == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
  return error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
}

static void run(int argc, char** argv) {
  bool option = argc == 7 && std::string(argv[3]) == "--client-ca";
  if (argc != 5 && !option) throw net::UsageError("tls_echo_server HOST PORT [--client-ca FILE] CERT KEY");
  std::uint16_t port = net::parse_port(argv[2], 0);
  net::SslContext context = net::new_ssl_context(TLS_server_method());
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  load(context.get(), argv[argc - 2], argv[argc - 1]);
  if (option) {
    if (SSL_CTX_load_verify_locations(context.get(), argv[4], nullptr) != 1) net::throw_tls(argv[4]);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_session_id_context(context.get(), reinterpret_cast<const unsigned char*>("echo"), 4);
  }
  signal(SIGHUP, [](int) { hung_up = 1; });
  net::Socket listener = net::listen_on(argv[1], port);
  listener.set_nonblocking();
  std::printf("listening on %s\n", listener.local_address().text().c_str());
  std::fflush(stdout);

  std::list<Newcomer> newcomers;
  while (true) {
    std::vector<pollfd> fds{{listener.fd(), POLLIN, 0}};
    for (Newcomer& one : newcomers) fds.push_back({one.socket.fd(), one.wants, 0});
    int ready = poll(fds.data(), fds.size(), newcomers.empty() ? -1 : 50);
    if (hung_up) {
      hung_up = 0;
      try {
        load(context.get(), argv[argc - 2], argv[argc - 1]);
      } catch (const net::TlsError& error) {
        std::fprintf(stderr, "%s\n", error.what());
      }
    }
    if (ready < 0) continue;
    auto slot = fds.begin() + 1;
    for (auto one = newcomers.begin(); one != newcomers.end(); ++slot) {
      bool gone = (slot->revents != 0 && advance(*one)) || Clock::now() >= one->deadline;
      one = gone ? newcomers.erase(one) : std::next(one);
    }
    if (fds[0].revents == 0) continue;
    try {
      if (auto socket = listener.try_accept()) {
        socket->set_nonblocking();
        net::Ssl ssl = net::new_ssl(context);
        SSL_set_fd(ssl.get(), socket->fd());
        newcomers.push_back({std::move(*socket), std::move(ssl), Clock::now() + std::chrono::seconds(5)});
      }
    } catch (const std::system_error& error) {
      std::fprintf(stderr, "%s\n", error.what());  // one that gave up in the queue is not the end of the others
    }
  }
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

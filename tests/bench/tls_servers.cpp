#include "tls_servers.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "certificates.hpp"
#include "findings.hpp"
#include "server_under_load.hpp"
#include "subprocess.hpp"

namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
  std::unique_ptr<SSL, decltype(&::SSL_free)> ssl{nullptr, ::SSL_free};
  int fd = -1;

  Connection(SSL_CTX* context, std::uint16_t port) {
    fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("connect failed");
    int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ssl.reset(::SSL_new(context));
    ::SSL_set_fd(ssl.get(), fd);
    if (::SSL_connect(ssl.get()) != 1) throw std::runtime_error("the handshake failed");
  }
  ~Connection() {
    ::SSL_shutdown(ssl.get());
    ::close(fd);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void write(const std::string& bytes) {
    if (::SSL_write(ssl.get(), bytes.data(), static_cast<int>(bytes.size())) != static_cast<int>(bytes.size()))
      throw std::runtime_error("the server takes nothing");
  }
  void read(std::size_t count) {
    static char buffer[64 * 1024];
    while (count > 0) {
      int n = ::SSL_read(ssl.get(), buffer, static_cast<int>(std::min(count, sizeof buffer)));
      if (n <= 0) throw std::runtime_error("the server ended before its answer");
      count -= static_cast<std::size_t>(n);
    }
  }
};

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// A connection, a line and its answer, the end: what a new client costs. Session tickets are not used again.
double handshakes_a_second(SSL_CTX* context, std::uint16_t port, std::size_t prefix) {
  constexpr double time = 0.5;
  auto start = Clock::now();
  int count = 0;
  while (seconds_since(start) < time) {
    Connection connection(context, port);
    connection.write("hello, world\n");
    connection.read(prefix + 13);
    ++count;
  }
  return count / seconds_since(start);
}

// Lines of 8,000 bytes, one at a time: s_server knows lines only.
double megabytes_a_second(SSL_CTX* context, std::uint16_t port, std::size_t prefix) {
  constexpr double time = 0.5;
  Connection connection(context, port);
  std::string line(7999, 'x');
  line += '\n';
  connection.write(line);
  connection.read(prefix + line.size());
  auto start = Clock::now();
  double bytes = 0;
  while (seconds_since(start) < time) {
    connection.write(line);
    connection.read(line.size());
    bytes += static_cast<double>(line.size());
  }
  return bytes / 1e6 / seconds_since(start);
}

struct Rival {
  std::string name;
  std::vector<std::string> command, rest;
  std::size_t prefix;  // bytes before its first echo
};

}  // namespace

void compare_tls_servers() {
  harness::TemporaryFolder folder;
  harness::Identity served = harness::Identity::root().issue({});
  std::string certificate = folder.write("server.pem", served.chain_pem()),
              key = folder.write("server.key", served.key_pem());
  std::vector<Rival> rivals{{"the reference", {TLS_REFERENCE}, {certificate, key}, 6}};
  if (*OPENSSL_TOOL != '\0') rivals.push_back({"openssl s_server", {"sh", S_SERVER, certificate, key}, {}, 0});
  if (*PYTHON != '\0') rivals.push_back({"Python's ssl", {PYTHON, SSL_SERVER, certificate, key}, {}, 0});

  SSL_CTX* context = ::SSL_CTX_new(::TLS_client_method());
  std::vector<std::vector<double>> handshakes(rivals.size()), megabytes(rivals.size());
  for (int round = 0; round < 5; ++round)
    for (std::size_t i = 0; i < rivals.size(); ++i) {
      ServerUnderLoad server(rivals[i].command, rivals[i].rest);
      handshakes[i].push_back(handshakes_a_second(context, server.port(), rivals[i].prefix));
      megabytes[i].push_back(megabytes_a_second(context, server.port(), rivals[i].prefix));
    }
  ::SSL_CTX_free(context);
  print_figure("new clients of the reference", spread_of(handshakes[0]), "/s");
  print_figure("megabytes that it echoes", spread_of(megabytes[0]), "MB/s");
  for (std::size_t i = 1; i < rivals.size(); ++i) {
    const std::string against = "against " + rivals[i].name;
    print_figure("  new clients, " + against, spread_of(ratios(handshakes[0], handshakes[i])), "", "aim > 0.9",
                 "The reference of lab 07, as a ratio to others");
    print_figure("  megabytes, " + against, spread_of(ratios(megabytes[0], megabytes[i])), "", "aim > 0.9",
                 "The reference of lab 07, as a ratio to others");
  }
}

// Blocking calls with SO_SNDTIMEO (which limits connect too) and SO_RCVTIMEO, set anew to what is left before each
// call.
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include "deadline.hpp"
#include "error.hpp"
#include "socket.hpp"

using std::chrono::milliseconds;
using std::chrono::steady_clock;

static void limit(int fd, int option, steady_clock::time_point end, const char* what) {
  auto left = std::chrono::ceil<std::chrono::microseconds>(end - steady_clock::now()).count();
  if (left <= 0) throw std::runtime_error(std::string("timed out in ") + what);
  timeval value{static_cast<time_t>(left / 1'000'000), static_cast<suseconds_t>(left % 1'000'000)};
  if (::setsockopt(fd, SOL_SOCKET, option, &value, sizeof value) < 0) net::throw_errno("setsockopt");
}

static net::Socket connect_one(const net::Address& address, steady_clock::time_point end) {
  net::Socket s(address.family(), SOCK_STREAM);
  limit(s.fd(), SO_SNDTIMEO, end, "connect");
  // Interrupted, it is called again: the attempt goes on, and EISCONN means that it has succeeded meanwhile.
  while (::connect(s.fd(), address.get(), address.length()) < 0) {
    if (errno == EISCONN) break;
    if (errno == EINTR || errno == EALREADY) {
      limit(s.fd(), SO_SNDTIMEO, end, "connect");
      continue;
    }
    if (errno == EINPROGRESS) throw std::runtime_error("connect to " + address.text() + ": timed out");
    net::throw_errno("connect to " + address.text());
  }
  return s;
}

static void run(int argc, char** argv) {
  if (argc != 6) throw net::UsageError("deadline_client HOST PORT MESSAGE CONNECT_MS TOTAL_MS");
  auto port = net::parse_port(argv[2], 1);
  milliseconds connect_limit = net::parse_milliseconds(argv[4]), total = net::parse_milliseconds(argv[5]);
  auto end = steady_clock::now() + total;
  std::string message = argv[3], reason;
  net::Socket server;
  for (const auto& address : net::resolve(argv[1], port, SOCK_STREAM, net::Use::connect)) {
    try {
      server = connect_one(address, std::min(end, steady_clock::now() + connect_limit));
      break;
    } catch (const std::exception& error) {
      reason = error.what();
    }
  }
  if (!server.is_open()) throw std::runtime_error(reason);
  for (std::string_view rest = message; !rest.empty();) {
    limit(server.fd(), SO_SNDTIMEO, end, "send");
    ssize_t n = ::send(server.fd(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) net::throw_errno("send");
    if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
  }
  server.shutdown_send();
  std::string reply;
  char buffer[5000];
  try {
    while (true) {
      limit(server.fd(), SO_RCVTIMEO, end, "recv");
      ssize_t n = ::recv(server.fd(), buffer, sizeof buffer, 0);
      if (n == 0) break;
      if (n < 0 && errno != EAGAIN && errno != EINTR) net::throw_errno("recv");
      if (n > 0) reply.append(buffer, static_cast<std::size_t>(n));
    }
  } catch (...) {
    std::fwrite(reply.data(), 1, reply.size(), stdout);
    std::fputc('\n', stdout);
    throw;
  }
  if (reply.size() < message.size() + 6)
    throw std::runtime_error("reply ended after " + std::to_string(reply.size()) + " of " +
                             std::to_string(message.size() + 6) + " bytes");
  reply += '\n';
  std::fwrite(reply.data(), 1, reply.size(), stdout);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

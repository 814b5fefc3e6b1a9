// The members for non-blocking sockets: a value, no value, or an exception; never a wait.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <system_error>

#include "error.hpp"
#include "socket.hpp"
#include "sockets.hpp"

using net::as_bytes;
using net::Socket;

namespace {

bool becomes_readable(const Socket& socket) {
  pollfd ready{socket.fd(), POLLIN, 0};
  return ::poll(&ready, 1, 5000) == 1;
}

// Resets the connection (RST).
void reset(Socket socket) {
  linger at_once{1, 0};
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace

TEST_CASE("set_nonblocking keeps the other flags") {
  Socket socket(AF_INET, SOCK_STREAM);
  ::fcntl(socket.fd(), F_SETFL, O_APPEND);
  socket.set_nonblocking();
  int flags = ::fcntl(socket.fd(), F_GETFL);
  CHECK((flags & O_NONBLOCK) != 0);
  CHECK((flags & O_APPEND) != 0);
}

TEST_CASE("set_nonblocking of nothing throws") {
  Socket nothing;
  CHECK_THROWS_AS(nothing.set_nonblocking(), std::system_error);
}

TEST_CASE("set_no_delay switches Nagle's algorithm off") {
  Socket socket(AF_INET, SOCK_STREAM);
  socket.set_no_delay();
  int on = 0;
  socklen_t length = sizeof on;
  REQUIRE(::getsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, &length) == 0);
  CHECK(on != 0);
}

TEST_CASE("try_accept gives no value while nobody connects, then each connection once") {
  Socket listener = net::listen_on("127.0.0.1", 0);
  listener.set_nonblocking();
  CHECK_FALSE(listener.try_accept().has_value());

  Socket first = net::connect_to("127.0.0.1", listener.local_address().port());
  Socket second = net::connect_to("127.0.0.1", listener.local_address().port());
  REQUIRE(becomes_readable(listener));
  net::Address peer;
  auto one = listener.try_accept(&peer);
  REQUIRE(one.has_value());
  CHECK(peer == first.local_address());
  CHECK(one->peer_address() == first.local_address());
  CHECK(listener.try_accept().has_value());
  CHECK_FALSE(listener.try_accept().has_value());
}

TEST_CASE("try_accept leaves the address alone when there is no value") {
  Socket listener = net::listen_on("127.0.0.1", 0);
  listener.set_nonblocking();
  net::Address peer;
  CHECK_FALSE(listener.try_accept(&peer).has_value());
  CHECK(peer.family() == AF_UNSPEC);
}

TEST_CASE("try_accept on what does not listen throws") {
  Socket socket(AF_INET, SOCK_STREAM);
  socket.set_nonblocking();
  CHECK_THROWS_AS(socket.try_accept(), std::system_error);
}

TEST_CASE("try_recv tells nothing yet, bytes, and the end of the stream apart") {
  auto [ours, theirs] = connected_pair();
  ours.set_nonblocking();
  std::array<std::byte, 16> buffer;
  CHECK_FALSE(ours.try_recv(buffer).has_value());

  theirs.send_all(as_bytes("hello"));
  REQUIRE(becomes_readable(ours));
  CHECK(ours.try_recv(buffer) == std::size_t{5});
  CHECK(std::string(reinterpret_cast<const char*>(buffer.data()), 5) == "hello");
  CHECK_FALSE(ours.try_recv(buffer).has_value());

  theirs.shutdown_send();
  REQUIRE(becomes_readable(ours));
  CHECK(ours.try_recv(buffer) == std::size_t{0});
  CHECK(ours.try_recv(buffer) == std::size_t{0});
}

TEST_CASE("try_recv of a reset connection throws ECONNRESET") {
  Socket listener = net::listen_on("127.0.0.1", 0);
  Socket ours = net::connect_to("127.0.0.1", listener.local_address().port());
  ours.set_nonblocking();
  reset(listener.accept());
  REQUIRE(becomes_readable(ours));
  std::array<std::byte, 16> buffer;
  try {
    ours.try_recv(buffer);
    FAIL("nothing was thrown");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::connection_reset);
  }
}

TEST_CASE("try_send takes a part, then nothing, and goes on where it stopped") {
  auto [ours, theirs] = connected_pair();
  ours.set_nonblocking();
  std::string sent(32 * 1024 * 1024, '\0');
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 2654435761U >> 13);
  std::size_t taken = 0, waits = 0;
  std::string received;
  std::array<std::byte, 65536> buffer;
  while (taken < sent.size()) {
    auto count = ours.try_send(as_bytes(sent).subspan(taken));
    if (count) {
      taken += *count;
      continue;
    }
    ++waits;
    std::size_t n = theirs.recv(buffer);
    received.append(reinterpret_cast<const char*>(buffer.data()), n);
  }
  ours.shutdown_send();
  while (std::size_t n = theirs.recv(buffer)) received.append(reinterpret_cast<const char*>(buffer.data()), n);
  CHECK(waits > 0);
  CHECK((received == sent));
}

TEST_CASE("try_send to a peer that has gone throws, and no signal ends the program") {
  auto [ours, theirs] = connected_pair();
  ours.set_nonblocking();
  theirs.close();
  // The first is taken, and answered by a reset.
  try {
    for (int i = 0; i < 1000; ++i) {
      ours.try_send(as_bytes("hello"));
      pollfd ready{ours.fd(), 0, 0};
      ::poll(&ready, 1, 10);
    }
    FAIL("nothing was thrown");
  } catch (const std::system_error& error) {
    CHECK((error.code() == std::errc::broken_pipe || error.code() == std::errc::connection_reset));
  }
}

TEST_CASE("try_send and try_recv of nothing are no error") {
  auto [ours, theirs] = connected_pair();
  ours.set_nonblocking();
  CHECK(ours.try_send({}) == std::size_t{0});
}

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <future>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>

#include "socket.hpp"
#include "sockets.hpp"

using net::as_bytes;
using net::Socket;

static_assert(!std::is_copy_constructible_v<Socket> && !std::is_copy_assignable_v<Socket>);
static_assert(std::is_nothrow_move_constructible_v<Socket> && std::is_nothrow_move_assignable_v<Socket>);

namespace {

// Runs `call` in a thread, interrupts it `times` times while it waits, and then lets `release` end its wait.
template <class Call, class Release>
auto interrupted(Call call, Release release, int times = 3) {
  Interruptions interruptions;
  std::promise<pid_t> id;
  auto result = std::async(std::launch::async, [&] {
    id.set_value(::gettid());
    return call();
  });
  pid_t thread = id.get_future().get();
  for (int i = 0; i < times; ++i) Interruptions::interrupt(thread);
  release();
  auto value = result.get();
  CHECK(Interruptions::count() >= times);
  return value;
}

}  // namespace

TEST_CASE("A socket closes its descriptor at the end of its life") {
  int fd;
  {
    Socket socket(AF_INET, SOCK_STREAM);
    fd = socket.fd();
    CHECK(is_open(fd));
  }
  CHECK_FALSE(is_open(fd));
}

TEST_CASE("A socket that has been moved from owns nothing") {
  Socket first(AF_INET, SOCK_STREAM);
  int fd = first.fd();
  Socket second(std::move(first));
  CHECK_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move): that is what is tested
  CHECK(second.fd() == fd);
  first.close();
  CHECK(is_open(fd));
}

TEST_CASE("Moving onto a socket closes what it had") {
  Socket first(AF_INET, SOCK_STREAM), second(AF_INET, SOCK_STREAM);
  int old = first.fd(), kept = second.fd();
  first = std::move(second);
  CHECK_FALSE(is_open(old));
  CHECK(first.fd() == kept);
  CHECK(is_open(kept));
}

TEST_CASE("Moving a socket onto itself keeps it") {
  Socket socket(AF_INET, SOCK_STREAM);
  int fd = socket.fd();
  Socket& same = socket;
  socket = std::move(same);
  CHECK(socket.fd() == fd);
  CHECK(is_open(fd));
}

TEST_CASE("A second close does not touch a descriptor that has been given out again") {
  Socket socket(AF_INET, SOCK_STREAM);
  int fd = socket.fd();
  socket.close();
  Socket another(::fcntl(STDIN_FILENO, F_DUPFD, fd));
  REQUIRE(another.fd() == fd);
  socket.close();
  CHECK(is_open(fd));
}

TEST_CASE("A failing call says which, on what, and why") {
  Socket none;
  CHECK_THROWS_AS(none.listen(1), std::system_error);
  Socket listener = net::listen_on("127.0.0.1", 0);
  std::string taken = listener.local_address().text();
  try {
    net::listen_on("127.0.0.1", listener.local_address().port());
    FAIL("a port was taken twice");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::address_in_use);
    CHECK(std::string(error.what()) == "bind " + taken + ": Address already in use");
  }
}

TEST_CASE("connect tells a refusal with the address") {
  Socket bound(AF_INET, SOCK_STREAM);
  bound.bind(net::resolve("127.0.0.1", 0, SOCK_STREAM, net::Use::bind).front());
  net::Address nobody = bound.local_address();
  try {
    net::connect_to("127.0.0.1", nobody.port());
    FAIL("nobody listens there");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::connection_refused);
    CHECK(std::string(error.what()) == "connect to " + nobody.text() + ": Connection refused");
  }
}

TEST_CASE("A connection knows both of its ends, on IPv4 and IPv6") {
  for (const char* host : {"127.0.0.1", "::1"}) {
    if (std::string(host) == "::1" && !have_ipv6()) continue;
    Socket listener = net::listen_on(host, 0);
    Socket client = net::connect_to(host, listener.local_address().port());
    net::Address from;
    Socket server = listener.accept(&from);
    CHECK(from == client.local_address());
    CHECK(server.peer_address() == client.local_address());
    CHECK(client.peer_address() == listener.local_address());
  }
}

TEST_CASE("recv gives what is there, up to its buffer, and 0 at the end of the stream") {
  auto [a, b] = connected_pair();
  a.send_all(as_bytes("hello"));
  CHECK(recv_text(b, 3) == "hel");
  CHECK(recv_text(b, 3) == "lo");
  a.shutdown_send();
  CHECK(recv_text(b).empty());
  CHECK(recv_text(b).empty());
}

TEST_CASE("After a half-close the other direction still works") {
  auto [a, b] = connected_pair();
  a.shutdown_send();
  CHECK(recv_text(b).empty());
  b.send_all(as_bytes("still here"));
  CHECK(recv_text(a) == "still here");
}

TEST_CASE("send takes a part when the buffer has no more room; send_all sends the rest") {
  auto [a, b] = connected_pair();
  const std::string much(8 << 20, 'x');
  REQUIRE(::fcntl(a.fd(), F_SETFL, O_NONBLOCK) == 0);
  std::size_t part = a.send(as_bytes(much));
  CHECK(part > 0);
  CHECK(part < much.size());
  REQUIRE(::fcntl(a.fd(), F_SETFL, 0) == 0);

  std::size_t received = 0;
  std::thread reader([&, &other = b] {
    for (std::size_t n; (n = recv_text(other, 1 << 16).size()) > 0;) received += n;
  });
  a.send_all(as_bytes(much).subspan(part));
  a.shutdown_send();
  reader.join();
  CHECK(received == much.size());
}

TEST_CASE("NUL, newline and 0xff travel unharmed") {
  auto [a, b] = connected_pair();
  const std::string bytes("\0\n\xff\r\x80", 5);
  a.send_all(as_bytes(bytes));
  CHECK(recv_text(b) == bytes);
}

TEST_CASE("Sending to a peer that has gone is an error, not the end of the program") {
  ::signal(SIGPIPE, SIG_DFL);
  auto [a, b] = connected_pair();
  b.close();
  try {
    a.send(as_bytes("x"));
    FAIL("nobody is there");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::broken_pipe);
  }
}

TEST_CASE("A signal does not end a recv, an accept or a send that waits") {
  SECTION("recv") {
    auto [a, b] = connected_pair();
    std::string text =
        interrupted([&, &in = b] { return recv_text(in); }, [&, &out = a] { out.send_all(as_bytes("late")); });
    CHECK(text == "late");
  }
  SECTION("accept") {
    Socket listener = net::listen_on("127.0.0.1", 0);
    Socket client;
    Socket server = interrupted([&] { return listener.accept(); },
                                [&] { client = net::connect_to("127.0.0.1", listener.local_address().port()); });
    CHECK(server.peer_address() == client.local_address());
  }
  SECTION("send_all") {
    auto [a, b] = connected_pair();
    const std::string much(4 << 20, 'x');
    std::size_t received = interrupted(
        [&, &out = a] {
          out.send_all(as_bytes(much));
          out.shutdown_send();
          return std::size_t{0};
        },
        [&, &in = b] {
          std::size_t sum = 0;
          for (std::size_t n; (n = recv_text(in, 1 << 16).size()) > 0;) sum += n;
          CHECK(sum == much.size());
        });
    CHECK(received == 0);
  }
}

TEST_CASE("A signal does not end a connect that waits") {
  // A queue with room for one connection lets the next one hang until somebody accepts.
  Socket listener(AF_INET, SOCK_STREAM);
  listener.bind(net::resolve("127.0.0.1", 0, SOCK_STREAM, net::Use::bind).front());
  listener.listen(0);
  std::uint16_t port = listener.local_address().port();
  Socket filler = net::connect_to("127.0.0.1", port);
  Socket taken;
  Socket late = interrupted([&] { return net::connect_to("127.0.0.1", port); }, [&] { taken = listener.accept(); });
  CHECK(late.is_open());
  CHECK(late.peer_address() == listener.local_address());
}

TEST_CASE("A server may be started again on its port while old connections linger") {
  Socket listener = net::listen_on("127.0.0.1", 0);
  std::uint16_t port = listener.local_address().port();
  Socket client = net::connect_to("127.0.0.1", port);
  Socket server = listener.accept();
  // The side that closes first keeps the address for a while (TIME_WAIT).
  server.close();
  CHECK(recv_text(client).empty());
  client.close();
  listener.close();
  CHECK(net::listen_on("127.0.0.1", port).is_open());
}

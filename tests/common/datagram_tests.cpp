// Datagrams of the helper: whole, with their borders and their senders.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <thread>

#include "sockets.hpp"

using net::as_bytes;
using net::Socket;

namespace {

std::string receive(Socket& socket, net::Address& from, std::size_t room = 65'535) {
  std::string text(room, '\0');
  text.resize(socket.recv_from(std::as_writable_bytes(std::span(text)), from));
  return text;
}

}  // namespace

TEST_CASE("A datagram arrives whole with its sender, on IPv4 and IPv6, whatever its length") {
  for (const char* host : {"127.0.0.1", "::1"}) {
    if (std::string(host) == "::1" && !have_ipv6()) continue;
    Socket a = net::bind_datagram(host, 0), b = net::bind_datagram(host, 0);
    for (std::size_t length : {0, 1, 1024, 65'507}) {
      std::string message(length, '\xff');
      a.send_to(as_bytes(message), b.local_address());
      net::Address from;
      CHECK(receive(b, from) == message);
      CHECK(from == a.local_address());
    }
  }
}

TEST_CASE("Datagrams keep their borders") {
  Socket a = net::bind_datagram("127.0.0.1", 0), b = net::bind_datagram("127.0.0.1", 0);
  for (const char* text : {"one", "", "three"}) a.send_to(as_bytes(text), b.local_address());
  net::Address from;
  CHECK(receive(b, from) == "one");
  CHECK(receive(b, from).empty());
  CHECK(receive(b, from) == "three");
}

TEST_CASE("What does not fit into the buffer is lost, and the next datagram is not touched") {
  Socket a = net::bind_datagram("127.0.0.1", 0), b = net::bind_datagram("127.0.0.1", 0);
  a.send_to(as_bytes("too long"), b.local_address());
  a.send_to(as_bytes("next"), b.local_address());
  net::Address from;
  CHECK(receive(b, from, 3) == "too");
  CHECK(receive(b, from, 9) == "next");
}

TEST_CASE("One address serves for senders of both families, one after the other") {
  if (!have_ipv6()) return;
  net::Address from;
  for (const char* host : {"::1", "127.0.0.1", "::1"}) {
    Socket a = net::bind_datagram(host, 0), b = net::bind_datagram(host, 0);
    a.send_to(as_bytes("x"), b.local_address());
    CHECK(receive(b, from) == "x");
    CHECK(from == a.local_address());
  }
}

TEST_CASE("A datagram that is too long is an error that says so and to whom") {
  Socket a = net::bind_datagram("127.0.0.1", 0), b = net::bind_datagram("127.0.0.1", 0);
  std::string to = b.local_address().text();
  try {
    a.send_to(as_bytes(std::string(65'508, 'x')), b.local_address());
    FAIL("no datagram is that long");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::message_size);
    CHECK(std::string(error.what()) == "send to " + to + ": Message too long");
  }
}

TEST_CASE("A connected datagram socket hears its peer alone, and of a port that is closed") {
  Socket server = net::bind_datagram("127.0.0.1", 0), stranger = net::bind_datagram("127.0.0.1", 0);
  Socket client(AF_INET, SOCK_DGRAM);
  client.connect(server.local_address());
  stranger.send_to(as_bytes("forged"), client.local_address());
  server.send_to(as_bytes("true"), client.local_address());
  CHECK(recv_text(client) == "true");

  server.close();
  client.send(as_bytes("anybody there?"));
  try {
    recv_text(client);
    FAIL("nobody can have answered");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::connection_refused);
  }
}

TEST_CASE("try_recv on a datagram socket tells an empty datagram from none") {
  Socket a = net::bind_datagram("127.0.0.1", 0), b = net::bind_datagram("127.0.0.1", 0);
  b.set_nonblocking();
  std::byte room[8];
  CHECK_FALSE(b.try_recv(room).has_value());
  a.send_to({}, b.local_address());
  std::optional<std::size_t> count = b.try_recv(room);
  REQUIRE(count.has_value());
  CHECK(*count == 0);
}

TEST_CASE("A port of UDP is bound once, and is free again when its socket has gone") {
  Socket first = net::bind_datagram("127.0.0.1", 0);
  net::Address taken = first.local_address();
  try {
    net::bind_datagram("127.0.0.1", taken.port());
    FAIL("a port was taken twice");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::address_in_use);
    CHECK(std::string(error.what()) == "bind " + taken.text() + ": Address already in use");
  }
  first.close();
  CHECK(net::bind_datagram("127.0.0.1", taken.port()).local_address() == taken);
}

TEST_CASE("A signal does not end a recv_from that waits") {
  Socket a = net::bind_datagram("127.0.0.1", 0), b = net::bind_datagram("127.0.0.1", 0);
  Interruptions interruptions;
  pid_t id = ::gettid();
  std::thread other([&] {
    Interruptions::interrupt(id);
    a.send_to(as_bytes("late"), b.local_address());
  });
  net::Address from;
  CHECK(receive(b, from) == "late");
  other.join();
  CHECK(Interruptions::count() == 1);
}

// The test's side of UDP: who sent what, and silence, refusal and emptiness kept apart.
#include <catch2/catch_test_macros.hpp>

#include "random.hpp"
#include "story.hpp"
#include "udp_peer.hpp"
#include "udp_wire.hpp"

using namespace harness;

TEST_CASE("A datagram arrives whole, with its sender") {
  UdpPeer we, friendly("a friend"), stranger("a stranger", "127.0.0.2");
  for (std::size_t length : {0, 1, 1024, 65507}) {
    std::string message = random_bytes(length);
    friendly.send_to(we.endpoint(), message);
    stranger.send_to(we.endpoint(), "x");
    Datagram first = we.receive(), second = we.receive();
    CHECK(first == message);
    CHECK(first.from.port == friendly.endpoint().port);
    CHECK(first.from.host == "127.0.0.1");
    CHECK(second.from.host == "127.0.0.2");
  }
}

TEST_CASE("No datagram, an empty one and a refusal are three things") {
  UdpPeer we, other("the other");
  CHECK(we.receive_within(Milliseconds(20)).ending == Ending::silence);
  other.send_to(we.endpoint(), "");
  Datagram empty = we.receive();
  CHECK(empty == "");
  CHECK(empty.ending == Ending::more);

  ClosedUdpPort nobody;
  Endpoint closed{"127.0.0.1", static_cast<std::uint16_t>(std::stoi(nobody.port()))};
  we.connect(closed);
  we.send_to(closed, "x");
  CHECK(we.receive().ending == Ending::refused);
}

TEST_CASE("An answer goes to the sender, and many are taken in order") {
  UdpPeer we, one("one"), two("two");
  one.send_to(we.endpoint(), "1");
  two.send_to(we.endpoint(), "2");
  auto both = we.receive_all(2);
  REQUIRE(both.size() == 2);
  we.answer(both[1], "to two");
  we.answer(both[0], "to one");
  we.answer(both[0], "to one again");
  CHECK(two.receive() == "to two");
  CHECK(one.receive() == "to one");
  CHECK(one.receive() == "to one again");
  CHECK(two.hears_nothing());
}

TEST_CASE("What arrives in silence is told") {
  Story::current().begin();
  UdpPeer we, other("the other");
  other.send_to(we.endpoint(), "early");
  CHECK_FALSE(we.hears_nothing());
  CHECK(Story::current().failed());
  Story::current().begin();
}

TEST_CASE("A wire loses, repeats and reorders what the test tells it to") {
  UdpPeer client("the client"), server("the server");
  UdpWire wire(server.endpoint());
  for (const char* text : {"a", "b", "c"}) client.send_to(wire.endpoint(), text);
  Datagram a = wire.from_client(), b = wire.from_client(), c = wire.from_client();
  CHECK(b == "b");  // and it is lost
  wire.to_server(c.bytes);
  wire.to_server(a.bytes);
  wire.to_server(a.bytes);
  auto came = server.receive_all(3);
  REQUIRE(came.size() == 3);
  CHECK(came[0] == "c");
  CHECK(came[1] == "a");
  CHECK(came[2] == "a");

  server.answer(came[0], "yes");
  wire.to_client(wire.from_server().bytes);
  Datagram answer = client.receive();
  CHECK(answer == "yes");
  CHECK(answer.from.port == wire.endpoint().port);
}

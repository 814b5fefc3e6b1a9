// Broadcast and multicast as tests use them.
#include "multicast.hpp"

#include <catch2/catch_test_macros.hpp>

#include "network.hpp"
#include "story.hpp"

using namespace harness;

TEST_CASE("A broadcast reaches everybody who shares the port") {
  Audience first("the first", {"0.0.0.0", free_udp_port()}), second("the second", {everybody, first.where().port});
  UdpPeer us;
  may_send_to_many(us);
  us.send_to({everybody, first.where().port}, "hello");
  CHECK(first.hear() == "hello");
  CHECK(second.hear() == "hello");
}

TEST_CASE("Only members hear a group, with its TTL and the time of arrival") {
  need_multicast();
  Audience member("a member", {random_group(), free_udp_port()}),
      other("another", {random_group(), member.where().port});
  member.join();
  other.join();
  UdpPeer us;
  may_send_to_many(us);
  us.send_to(member.where(), "one");
  us.send_to(member.where(), "two");
  Heard one = member.hear(), two = member.hear();
  CHECK(one == "one");
  CHECK(two == "two");
  CHECK(one.hops == 1);
  CHECK(one.arrived <= two.arrived);
  CHECK(one.arrived.count() > 0);
  CHECK(other.hears_nothing());
}

TEST_CASE("A port that was closed to others opens again") {
  Audience us("we", {"127.0.0.1", free_udp_port()});
  UdpPeer other("the other");
  us.peer().connect({"127.255.255.254", 9});
  std::size_t before = refused_datagrams();
  other.send_to(us.where(), "into the void");
  CHECK(refused_datagrams() > before);
  open_again(us.peer());
  other.send_to(us.where(), "hello");
  CHECK(us.hear() == "hello");
}

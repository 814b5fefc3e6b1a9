// What those who receive can observe of beacon. Parts 05.1 to 05.3.
#include <algorithm>

#include "harness.hpp"

using namespace harness;

namespace {

void chapter(const std::string& heading) { read_about("docs/05-broadcasting.md \"" + heading + "\""); }

// The beacon has sent what it should and nothing more, and ended well.
bool is_done(Program& beacon, UdpPeer& receiver) { return beacon.exit_status() == 0 && receiver.hears_nothing(); }

std::chrono::nanoseconds gap(const Heard& first, const Heard& second) { return second.arrived - first.arrived; }

}  // namespace

TEST_CASE("05.1.1 The beacon sends its message as one datagram", "[program:beacon][points:4]") {
  because(
      "One sendto is one datagram: it arrives whole or not at all. Without COUNT the beacon sends it once and ends.");
  chapter("Send to everybody");
  by_hand("nc -u -l 127.0.0.1 7000      and      ./beacon 127.0.0.1 7000 hello");
  UdpPeer us;
  std::string message = "hello " + random_text(8);
  Program beacon("beacon", {us.host(), us.port(), message});

  CHECK(us.receive() == message);
  CHECK(is_done(beacon, us));
}

TEST_CASE("05.1.2 A broadcast reaches everybody", "[program:beacon][points:4][needs:05.1.1]") {
  because(
      "To send to a broadcast address a socket needs SO_BROADCAST, set before; otherwise sendto fails with EACCES.");
  chapter("Send to everybody");
  by_hand("nc -u -l 7000 in another terminal      and      ./beacon 127.255.255.255 7000 hello");
  Audience first("the first", {"0.0.0.0", free_udp_port()}), second("the second", first.where());
  std::string message = random_text(12);
  Program beacon("beacon", {everybody, first.port(), message});

  CHECK(first.hear() == message);
  CHECK(second.hear() == message);
  CHECK(is_done(beacon, first.peer()));
}

TEST_CASE("05.1.3 Any message that fits into a datagram is sent as it is", "[program:beacon][points:2][needs:05.1.1]") {
  because("A datagram carries up to 65,507 bytes by IPv4, of any value, and may be empty.");
  chapter("Send to everybody");
  by_hand("nc -u -l 127.0.0.1 7000 | od -c      and      ./beacon 127.0.0.1 7000 $'two\\nlines \\xff'");
  auto message = GENERATE(std::string(), std::string("two\nlines \xff\x01 %s %n  and blanks "), counted_bytes(60'000));
  // What counted_bytes() makes holds zeros, which no argument can hold.
  std::replace(message.begin(), message.end(), '\0', 'z');
  UdpPeer us;
  Program beacon("beacon", {us.host(), us.port(), message});

  CHECK(us.receive() == message);
  CHECK(beacon.exit_status() == 0);
}

TEST_CASE("05.1.4 Wrong arguments get a usage line and status 2", "[program:beacon][points:1][needs:05.1.1]") {
  because("The beacon needs a place, a port from 1 to 65535 and a message; COUNT and INTERVAL_MS are numbers.");
  chapter("Exit status and messages");
  by_hand("./beacon 127.0.0.1 0 hello; echo $?");
  auto arguments = GENERATE(
      std::vector<std::string>{}, std::vector<std::string>{"127.0.0.1", "7000"},
      std::vector<std::string>{"127.0.0.1", "0", "m"}, std::vector<std::string>{"127.0.0.1", "65536", "m"},
      std::vector<std::string>{"127.0.0.1", "7seven", "m"}, std::vector<std::string>{"127.0.0.1", "7000", "m", "often"},
      std::vector<std::string>{"127.0.0.1", "7000", "m", "2", "long"},
      std::vector<std::string>{"127.0.0.1", "7000", "--interface", "127.0.0.1"});
  Program beacon("beacon", arguments);
  CHECK(beacon.exit_status() == 2);
  CHECK(beacon.prints_usage());
  Program least("beacon", {"127.0.0.1", "1", "m", "1"});
  CHECK(least.exit_status() == 0);
}

TEST_CASE("05.2.1 The beacon sends COUNT times, INTERVAL_MS apart", "[waits][program:beacon][points:3][needs:05.1.1]") {
  because(
      "A beacon says the same again and again, so that those who come later, or missed one, hear it too. The wait "
      "stands between two datagrams: three waits for four of them. It is a second if you do not say otherwise.");
  chapter("Again and again");
  by_hand("nc -u -l 127.0.0.1 7000      and      time ./beacon 127.0.0.1 7000 hello 4 300");
  const Milliseconds interval(300), usual(1000);
  UdpPeer us, others("the others");
  note_details(us);
  note_details(others);
  Program slow("beacon", {others.host(), others.port(), "as usual", "3"});
  Program beacon("beacon", {us.host(), us.port(), "hello", "4", "300"});

  std::vector<Heard> all;
  for (int i = 0; i < 4; ++i) {
    all.push_back(hear(us));
    REQUIRE(all.back() == "hello");
    if (i == 0) continue;
    // A beacon that keeps to a timetable makes up for a late one; so each gap may be shorter, and all together may not.
    CHECK(gap(all[all.size() - 2], all.back()) >= interval / 2);
    CHECK(is_no_later(gap(all[all.size() - 2], all.back()), interval, "the next datagram"));
  }
  CHECK(is_on_time(gap(all.front(), all.back()), 3 * interval, "the fourth datagram came, counted from the first,"));
  CHECK(is_done(beacon, us));
  Program twice("beacon", {us.host(), us.port(), "twice", "2", "50"});
  REQUIRE(hear(us) == "twice");
  REQUIRE(hear(us) == "twice");
  CHECK(is_done(twice, us));

  Heard first = hear(others);
  REQUIRE(first == "as usual");
  REQUIRE(hear(others) == "as usual");
  Heard third = hear(others);
  REQUIRE(third == "as usual");
  CHECK(
      is_on_time(gap(first, third), 2 * usual, "without INTERVAL_MS the third datagram came, counted from the first,"));
  CHECK(is_done(slow, others));
}

TEST_CASE("05.2.2 A refusal does not end the beacon", "[program:beacon][points:3][needs:05.2.1]") {
  because(
      "Nobody receives at the port, so the system answers with ICMP port unreachable, and a connected socket is told "
      "so by its next call (ECONNREFUSED), which then has not sent. Somebody may receive the next one.");
  chapter("Again and again");
  by_hand("./beacon 127.0.0.1 7000 hello 20 500      and a second later      nc -u -l 127.0.0.1 7000");
  const int count = 6;
  Audience us("we", {"127.0.0.1", free_udp_port()});
  us.peer().connect({"127.255.255.254", 9});  // for all others this port is closed now
  std::size_t before = refused_datagrams();
  Program beacon("beacon", {"127.0.0.1", us.port(), "hello", std::to_string(count), "150"});

  if (network() == Network::own) {
    // Once it has been refused, somebody begins to receive.
    REQUIRE(settles_at_most(
        0, [&] { return refused_datagrams() > before ? 0U : 1U; }, "datagrams that are still to be refused"));
    beacon.stop();
    open_again(us.peer());
    auto refused = static_cast<int>(refused_datagrams() - before);
    beacon.resume();
    for (int i = refused; i < count; ++i) REQUIRE(us.hear() == "hello");
  }
  CHECK(beacon.exit_status() == 0);
  CHECK(beacon.age() * 10 >= Milliseconds(5 * 150) * 9);
}

TEST_CASE("05.3.1 What is sent to a group reaches its members", "[program:beacon][points:4][needs:05.1.1]") {
  need_multicast();
  because(
      "A group has no place of its own, so the routing table's answer is a guess. IP_MULTICAST_IF says by which "
      "interface the datagram leaves; members on another interface do not hear it.");
  chapter("Send to a group");
  by_hand(
      "./listener 239.1.2.3 7000 --interface 127.0.0.1      and      ./beacon 239.1.2.3 7000 --interface 127.0.0.1 "
      "hello");
  Audience first("the first", {random_group(), free_udp_port()}), second("the second", first.where());
  first.join();
  second.join();
  std::string message = random_text(12);
  Program beacon("beacon", {first.where().host, first.port(), "--interface", loopback, message});

  CHECK(first.hear() == message);
  CHECK(second.hear() == message);
  CHECK(is_done(beacon, first.peer()));
}

TEST_CASE("05.3.2 It goes no further than its own network: TTL 1", "[program:beacon][points:2][needs:05.3.1]") {
  need_multicast();
  because(
      "Each router takes one off the TTL and drops what has none left. With 1 the datagram stays in the network it was "
      "sent to.");
  chapter("Send to a group");
  by_hand("sudo tcpdump -i lo -v -n udp port 7000      and      ./beacon 239.1.2.3 7000 --interface 127.0.0.1 hello");
  Audience member("a member", {random_group(), free_udp_port()});
  member.join();
  Program beacon("beacon", {member.where().host, member.port(), "--interface", loopback, "hello"});

  Heard heard = member.hear();
  REQUIRE(heard == "hello");
  if (heard.hops != 1) Story::current().mismatch("a datagram with TTL 1", "TTL " + std::to_string(heard.hops));
  CHECK(heard.hops == 1);
}

TEST_CASE("05.3.3 With two interfaces it takes the one that has ADDRESS", "[program:beacon][points:2][needs:05.3.1]") {
  std::string address = second_interface();
  because(
      "The routing table would send to groups by the other interface. IP_MULTICAST_IF must name the one that was asked "
      "for, and it is said of a socket: one that is opened for the second datagram must be told again.");
  chapter("Which interface");
  by_hand(
      "ip -brief address      and      ./beacon 239.1.2.3 7000 --interface ADDRESS hello      with each of your "
      "addresses");
  Audience there("the member there", {random_group(), free_udp_port()}), here("the member on loopback", there.where());
  there.join(address);
  here.join(loopback);
  bool by_loopback = GENERATE(false, true);
  Program beacon("beacon", {there.where().host, there.port(), "--interface", by_loopback ? loopback : address, "hello",
                            "2", "10"});

  CHECK((by_loopback ? here : there).hear() == "hello");
  CHECK((by_loopback ? here : there).hear() == "hello");
  CHECK(beacon.exit_status() == 0);
  CHECK((by_loopback ? there : here).hears_nothing());
}

TEST_CASE("05.3.4 The beacon sends by IPv6 too", "[program:beacon][points:1][extra][needs:05.3.1]") {
  if (!have_ipv6()) SKIP("this machine's loopback has no ::1");
  because("getaddrinfo gives addresses of both families. What it gives says which socket to make.");
  chapter("Which interface");
  by_hand("./listener ::1 7000      and      ./beacon ::1 7000 hello");
  UdpPeer us("we", "::1");
  Program beacon("beacon", {"::1", us.port(), "hello"});
  CHECK(us.receive() == "hello");
  CHECK(beacon.exit_status() == 0);
}

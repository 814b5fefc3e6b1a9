// What those who send can observe of listener. Parts 05.4 and 05.5.
#include <signal.h>
#include <unistd.h>

#include "harness.hpp"

using namespace harness;

namespace {

void chapter(const std::string& heading) { read_about("docs/05-broadcasting.md \"" + heading + "\""); }

// How the listener prints a message of ours.
std::string line(const UdpPeer& sender, const std::string& message) {
  return in_words(sender.endpoint()) + " " + message + "\n";
}

// Everything that the listener prints until it ends. That it announces where it listens, as a server does, is allowed.
Received printed(Program& listener) {
  Received all = listener.output();
  if (all.bytes.starts_with("listening on "))
    all.bytes.erase(0, std::min(all.bytes.find('\n'), all.bytes.size() - 1) + 1);
  return all;
}

}  // namespace

TEST_CASE("05.4.1 The listener prints sender and message, and ends after COUNT", "[program:listener][points:3]") {
  because("recvfrom gives one datagram and who sent it. After COUNT of them the listener has done its work.");
  chapter("Receive what is sent to everybody");
  by_hand("./listener 127.0.0.1 7000 2      and twice      ./beacon 127.0.0.1 7000 hello");
  std::uint16_t port = free_udp_port();
  Program listener("listener", {"127.0.0.1", std::to_string(port), "2"});
  REQUIRE(receives_at(listener, port));

  UdpPeer first("the first"), second("the second");
  std::string hello = "hello " + random_text(6), bye = "bye " + random_text(6);
  first.send_to({"127.0.0.1", port}, hello);
  second.send_to({"127.0.0.1", port}, bye);
  CHECK(printed(listener) == line(first, hello) + line(second, bye));
  CHECK(listener.exit_status() == 0);
}

TEST_CASE("05.4.2 The listener hears broadcasts", "[program:listener][points:3][needs:05.4.1]") {
  because(
      "A socket that is bound to one address of this machine gets only what is sent to that address. A broadcast is "
      "sent to another: bind to that one, or to 0.0.0.0.");
  chapter("Receive what is sent to everybody");
  by_hand("./listener 0.0.0.0 7000      and      ./beacon 127.255.255.255 7000 hello");
  std::string host = GENERATE("0.0.0.0", "127.255.255.255");
  std::uint16_t port = free_udp_port();
  Program listener("listener", {host, std::to_string(port), "1"});
  REQUIRE(receives_at(listener, port));

  UdpPeer us;
  may_send_to_many(us);
  std::string message = random_text(10);
  us.send_to({everybody, port}, message);
  CHECK(printed(listener) == line(us, message));
  CHECK(listener.exit_status() == 0);
}

TEST_CASE("05.4.3 Two listeners on one port both get every broadcast", "[program:listener][points:3][needs:05.4.2]") {
  because(
      "A port belongs to one socket unless all who want it say that they share it, before bind: SO_REUSEADDR. Then "
      "each gets a copy.");
  chapter("Receive what is sent to everybody");
  by_hand("./listener 0.0.0.0 7000 in two terminals      and      ./beacon 127.255.255.255 7000 hello 3");
  std::uint16_t port = free_udp_port();
  Program first("listener", {"0.0.0.0", std::to_string(port), "3"}),
      second("listener", {"0.0.0.0", std::to_string(port), "3"});
  REQUIRE(receives_at(first, port));
  REQUIRE(receives_at(second, port));

  UdpPeer us;
  may_send_to_many(us);
  for (const char* message : {"one", "two", "three"}) us.send_to({everybody, port}, message);
  std::string all = line(us, "one") + line(us, "two") + line(us, "three");
  CHECK(printed(first) == all);
  CHECK(printed(second) == all);
}

TEST_CASE("05.4.4 A signal ends it, with status 0", "[program:listener][points:2][needs:05.4.1]") {
  because(
      "Without COUNT the listener goes on until somebody stops it, and sleeps meanwhile. Ctrl-C is not a failure, and "
      "what it heard before is on stdout.");
  chapter("A program that is told to stop");
  by_hand("./listener 0.0.0.0 7000; echo $?      and press Ctrl-C");
  int number = GENERATE(SIGINT, SIGTERM);
  std::uint16_t port = free_udp_port();
  Program listener("listener", {"127.0.0.1", std::to_string(port)});
  REQUIRE(receives_at(listener, port));

  UdpPeer us;
  us.send_to({"127.0.0.1", port}, "hello");
  us.send_to(us.endpoint(), "and after it one to ourselves, so that the first has arrived");
  REQUIRE(us.receive().ending == Ending::more);
  listener.wait_until_idle();
  CHECK(takes_at_most_of_a_core(0.1, listener));
  listener.signal(number);
  CHECK(listener.exit_status() == 0);
  CHECK(printed(listener) == line(us, "hello"));
}

TEST_CASE("05.4.5 A message is printed as it is", "[program:listener][points:1][needs:05.4.1]") {
  because(
      "A datagram holds any bytes, a zero or a newline too, and up to 65,507 of them; it may be empty. Its length is "
      "what recvfrom gives.");
  chapter("Receive what is sent to everybody");
  by_hand("./listener 127.0.0.1 7000 1 | od -c      and      printf 'a\\0b%%s' | nc -u -w0 127.0.0.1 7000");
  std::uint16_t port = free_udp_port();
  Program listener("listener", {"127.0.0.1", std::to_string(port), "5"});
  REQUIRE(receives_at(listener, port));

  UdpPeer us;
  std::string odd("a\0b\n\xff%s%n", 9), ended("with its own newline\n"), large = counted_bytes(60'000);
  for (const std::string& message : {odd, std::string(), ended, large, std::string("short")})
    us.send_to({"127.0.0.1", port}, message);
  CHECK(printed(listener) == line(us, odd) + line(us, "") + line(us, ended) + line(us, large) + line(us, "short"));
}

TEST_CASE("05.4.6 Wrong arguments get a usage line and status 2", "[program:listener][points:1][needs:05.4.1]") {
  because("The listener needs a place and a port; COUNT is a number.");
  chapter("Exit status and messages");
  by_hand("./listener 0.0.0.0 seven; echo $?");
  auto arguments = GENERATE(
      std::vector<std::string>{}, std::vector<std::string>{"127.0.0.1"}, std::vector<std::string>{"127.0.0.1", "65536"},
      std::vector<std::string>{"127.0.0.1", "seven"}, std::vector<std::string>{"127.0.0.1", "7000", "many"});
  Program listener("listener", arguments);
  CHECK(listener.exit_status() == 2);
  CHECK(listener.prints_usage());

  if (::geteuid() != 0) return;  // only root may listen at port 1
  Program least("listener", {"127.0.0.1", "1", "1"});
  least.wait_until_idle();
  least.signal(SIGTERM);
  CHECK(least.accepts_its_arguments());
}

TEST_CASE("05.5.1 The listener joins a group and hears it", "[program:listener][points:3][needs:05.4.1]") {
  need_multicast();
  because(
      "What is sent to a group is received only where somebody has joined it: IP_ADD_MEMBERSHIP, on the interface by "
      "which it arrives.");
  chapter("Join a group");
  by_hand(
      "./listener 239.1.2.3 7000 --interface 127.0.0.1      and      ./beacon 239.1.2.3 7000 --interface 127.0.0.1 "
      "hello");
  std::string group = random_group();
  std::uint16_t port = free_udp_port();
  Program listener("listener", {group, std::to_string(port), "--interface", loopback, "2"});
  REQUIRE(receives_at(listener, port));

  UdpPeer us;
  may_send_to_many(us);
  us.send_to({group, port}, "one");
  us.send_to({group, port}, "two");
  CHECK(printed(listener) == line(us, "one") + line(us, "two"));
  CHECK(listener.exit_status() == 0);
}

TEST_CASE("05.5.2 It hears no other group", "[program:listener][points:2][needs:05.5.1]") {
  need_multicast();
  because(
      "Joining is done by the machine, for all its sockets. A socket that is bound to 0.0.0.0 also gets what is sent "
      "to groups that others here have joined. Bind to the group, or switch IP_MULTICAST_ALL off.");
  chapter("Only that group");
  by_hand(
      "./listener 239.1.2.3 7000 --interface 127.0.0.1 and the same with 239.9.9.9      and      ./beacon 239.9.9.9 "
      "7000 --interface 127.0.0.1 hello");
  std::string group = random_group();
  std::uint16_t port = free_udp_port();
  Program listener("listener", {group, std::to_string(port), "--interface", loopback, "2"});
  REQUIRE(receives_at(listener, port));

  UdpPeer others("others");
  std::string other_group = random_group();
  join(others, other_group);
  UdpPeer us;
  may_send_to_many(us);
  us.send_to({group, port}, "for you");
  us.send_to({other_group, port}, "not for you");
  us.send_to({group, port}, "for you again");
  CHECK(printed(listener) == line(us, "for you") + line(us, "for you again"));
}

TEST_CASE("05.5.3 With two interfaces it joins on the one that has ADDRESS",
          "[program:listener][points:1][needs:05.5.1]") {
  std::string address = second_interface();
  because(
      "A machine joins a group on one interface, not on all. Without a choice the routing table decides, here for "
      "another one.");
  chapter("Which interface");
  by_hand("./listener 239.1.2.3 7000 --interface ADDRESS      and look at      cat /proc/net/igmp");
  std::string interface = GENERATE_COPY(address, loopback);
  std::string group = random_group();
  std::uint16_t port = free_udp_port();
  Program listener("listener", {group, std::to_string(port), "--interface", interface, "1"});
  REQUIRE(receives_at(listener, port));

  // Bound to the interface's own address, we are shown with it.
  UdpPeer us("we", interface);
  may_send_to_many(us, interface);
  us.send_to({group, port}, "hello");
  CHECK(printed(listener) == line(us, "hello"));
}

TEST_CASE("05.5.4 Two listeners of one group both hear it", "[program:listener][points:1][needs:05.5.1]") {
  need_multicast();
  because("Members share the port as those who hear a broadcast do: SO_REUSEADDR, before bind.");
  chapter("Join a group");
  by_hand(
      "./listener 239.1.2.3 7000 --interface 127.0.0.1 in two terminals      and      ./beacon 239.1.2.3 7000 "
      "--interface 127.0.0.1 hello");
  std::string group = random_group();
  std::uint16_t port = free_udp_port();
  std::vector<std::string> arguments{group, std::to_string(port), "--interface", loopback, "1"};
  Program first("listener", arguments), second("listener", arguments);
  REQUIRE(receives_at(first, port));
  REQUIRE(receives_at(second, port));

  UdpPeer us;
  may_send_to_many(us);
  us.send_to({group, port}, "hello");
  CHECK(printed(first) == line(us, "hello"));
  CHECK(printed(second) == line(us, "hello"));
}

TEST_CASE("05.5.5 The listener hears IPv6", "[program:listener][points:1][extra][needs:05.4.1]") {
  if (!have_ipv6()) SKIP("this machine's loopback has no ::1");
  because("An address of IPv6 has colons of its own, so people write it in brackets before the port: [::1]:40001.");
  chapter("Which interface");
  by_hand("./listener ::1 7000 1      and      ./beacon ::1 7000 hello");
  std::uint16_t port = free_udp_port();
  Program listener("listener", {"::1", std::to_string(port), "1"});
  REQUIRE(receives_at(listener, port));

  UdpPeer us("we", "::1");
  us.send_to({"::1", port}, "hello");
  CHECK(printed(listener) == line(us, "hello"));
}

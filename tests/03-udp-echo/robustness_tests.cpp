// Names, IPv6, crowds, large datagrams and vanished clients: parts 03.8 and 03.9, for both programs.
#include <csignal>

#include "udp.hpp"

#include <cerrno>

using namespace harness;

namespace {

void need_ipv6() {
  if (!have_ipv6()) SKIP("this machine's loopback has no ::1");
}

void need_two_addresses() {
  if (!have_name_with_two_addresses()) SKIP("no name has two addresses here");
}

}  // namespace

TEST_CASE("03.8.1 The server listens on IPv6 too", "[program:udp_echo_server][points:2][extra][needs:03.4.1]") {
  need_ipv6();
  because(
      "getaddrinfo gives addresses of both families, and the sender of a datagram has either too: a sockaddr_in has no "
      "room for IPv6, a sockaddr_storage has.");
  chapter("Names, IPv4 and IPv6");
  by_hand("./udp_echo_server ::1 7000      and      printf hello | nc -u -w1 ::1 7000");
  Program server("udp_echo_server", {"::1", "0"});

  CHECK(server.listening_on().host == "::1");
  CHECK(serves(server));
}

TEST_CASE("03.8.2 The client speaks IPv6 too", "[program:udp_echo_client][points:1][extra][needs:03.6.1]") {
  need_ipv6();
  because("The socket's family must be that of the address that getaddrinfo gave.");
  chapter("Names, IPv4 and IPv6");
  by_hand("./udp_echo_server ::1 7000      and      ./udp_echo_client ::1 7000 hello");
  UdpPeer us("we", "::1");
  Program client("udp_echo_client", {us.host(), us.port(), "hello"});

  Datagram request = us.receive();
  REQUIRE(request == "hello");
  us.answer(request, "Echo: hello");
  CHECK(client.output() == "Echo: hello\n");
}

TEST_CASE("03.8.3 The server takes the first address of a name that it can bind",
          "[program:udp_echo_server][points:1][extra][needs:03.4.1]") {
  need_two_addresses();
  because(
      "A name may have several addresses. When another program holds the port on one of them, the next may be free. "
      "What is announced is the numeric address.");
  chapter("Names, IPv4 and IPv6");
  by_hand("./udp_echo_server ::1 7000      and      ./udp_echo_server localhost 7000");
  auto taken = GENERATE("::1", "127.0.0.1");
  UdpPeer other("another program", taken);
  Program server("udp_echo_server", {name_with_two_addresses(), other.port()});

  Endpoint where = server.listening_on();
  Endpoint free{std::string(taken) == "::1" ? "127.0.0.1" : "::1", other.endpoint().port};
  if (where.host != free.host) Story::current().mismatch("an announcement of " + in_words(free), in_words(where));
  REQUIRE(where.host == free.host);
  CHECK(serves(server));
}

TEST_CASE("03.8.4 The client sends to one address of a name",
          "[program:udp_echo_client][points:1][extra][needs:03.6.1]") {
  need_two_addresses();
  because("A UDP client takes the first address: without connections it cannot try which of them answers.");
  chapter("Names, IPv4 and IPv6");
  by_hand("./udp_echo_server localhost 7000      and      ./udp_echo_client localhost 7000 hello");
  UdpPeer six("we on IPv6", "::1");
  UdpPeer four("we on IPv4", "127.0.0.1", six.endpoint().port);
  Program client("udp_echo_client", {name_with_two_addresses(), six.port(), "hello"});

  // Which of them is the first is for the resolver to say.
  Deadline deadline(patience());
  UdpPeer *hearing = &four, *other = &six;
  Datagram request;
  while (request.ending == Ending::silence && !deadline.passed()) {
    std::swap(hearing, other);
    request = hearing->receive_within(Milliseconds(20));
  }
  REQUIRE(request == "hello");
  CHECK(other->hears_nothing());
  hearing->answer(request, "Echo: hello");
  CHECK(client.output() == "Echo: hello\n");
  CHECK(other->hears_nothing());
}

TEST_CASE("03.8.5 A name that does not exist is an error, not a crash",
          "[program:udp_echo_client][points:1][extra][needs:03.6.1]") {
  because("getaddrinfo has errors of its own, which errno and perror know nothing of: gai_strerror names them.");
  chapter("Names, IPv4 and IPv6");
  by_hand("./udp_echo_client no-such-host.invalid 7000 hello; echo $?");
  Program client("udp_echo_client", {"no-such-host.invalid", "7000", "hello"});

  CHECK(client.exit_status() == 1);
  CHECK(client.complains("udp_echo_client: "));
}

TEST_CASE("03.8.6 The server can listen on all addresses of the machine",
          "[program:udp_echo_server][points:1][extra][needs:03.4.1]") {
  because(
      "0.0.0.0 and :: stand for every address. They are announced as they are, and a datagram to any of them arrives.");
  chapter("Names, IPv4 and IPv6");
  by_hand("./udp_echo_server 0.0.0.0 7000      and      ./udp_echo_client 127.0.0.1 7000 hello");
  std::string all = GENERATE("0.0.0.0", "::");
  if (all == "::") need_ipv6();
  Program server("udp_echo_server", {all, "0"});

  Endpoint where = server.listening_on();
  CHECK(where.host == all);
  where.host = all == "::" ? "::1" : "127.0.0.1";
  UdpPeer client("we", where.host);
  client.send_to(where, "hello");
  CHECK(answers(client.receive(), "Echo: hello", where));
}

TEST_CASE("03.9.1 The longest datagrams that can be answered are answered whole",
          "[program:udp_echo_server][points:2][extra][needs:03.4.1]") {
  because(
      "A datagram carries up to 65,507 bytes by IPv4. With \"Echo: \" in front that leaves 65,501 for the payload.");
  chapter("A buffer for any datagram");
  by_hand("./udp_echo_client 127.0.0.1 7000 $(head -c 65501 /dev/zero | tr '\\0' x) | wc -c      (65508)");
  Program server("udp_echo_server", anywhere);
  Endpoint where = address_of(server);
  UdpPeer client;

  for (std::size_t length : {65'000, 65'500, 65'501}) {
    std::string message = counted_bytes(length);
    client.send_to(where, message);
    REQUIRE(answers(client.receive(), "Echo: " + message, where));
  }
  CHECK(serves(server, "the next"));
}

TEST_CASE("03.9.2 Forty clients talk at once", "[program:udp_echo_server][points:2][extra][needs:03.2.1]") {
  because(
      "While the server is busy the system keeps datagrams in the socket's queue, mixed as they came. Each has its own "
      "sender.");
  chapter("No connections: every datagram has its sender");
  by_hand("for i in $(seq 40); do (printf $i | nc -u -w1 127.0.0.1 7000 &); done");
  Program server("udp_echo_server", anywhere);
  Endpoint where = address_of(server);
  std::vector<UdpPeer> crowd;
  for (int i = 1; i <= 40; ++i) crowd.emplace_back("client " + std::to_string(i));

  for (int round = 1; round <= 3; ++round) {
    // All of them before the first answer.
    server.stop();
    std::vector<std::string> messages;
    for (UdpPeer& client : crowd) {
      messages.push_back(random_text(300));
      client.send_to(where, messages.back());
    }
    server.resume();
    for (std::size_t i = 0; i < crowd.size(); ++i) REQUIRE(answers(crowd[i].receive(), "Echo: " + messages[i], where));
  }
}

TEST_CASE("03.9.3 Clients that have gone cost nothing", "[program:udp_echo_server][points:1][extra][needs:03.4.1]") {
  because(
      "The answer to a client that has closed its socket meets an ICMP refusal. Where a call tells you of it, the "
      "error belongs to that one datagram.");
  chapter("One failure, one datagram");
  by_hand("./udp_echo_client 127.0.0.1 7000 hello      press Ctrl-Z in the server before, fg a few seconds later");
  Program server("udp_echo_server", anywhere);
  Endpoint where = address_of(server);
  REQUIRE(serves(server));

  server.stop();
  for (int i = 1; i <= 3; ++i) {
    UdpPeer gone("client " + std::to_string(i) + ", who leaves");
    gone.send_to(where, "one");
    gone.send_to(where, "two");
  }
  server.resume();
  CHECK(serves(server, "the next"));
  CHECK(serves(server, "one more"));
}

TEST_CASE("03.9.4 To be stopped and continued costs the server nothing",
          "[program:udp_echo_server][points:1][extra][needs:03.4.1]") {
  because(
      "Some waiting calls fail with EINTR when the program is stopped (Ctrl-Z) and continued. That is no reason to "
      "end.");
  chapter("One failure, one datagram");
  by_hand("press Ctrl-Z in the server and type fg, then ask it something");
  Program server("udp_echo_server", anywhere);
  REQUIRE(serves(server));

  server.wait_until_idle();
  server.stop();
  server.resume();
  server.wait_until_idle();
  CHECK(serves(server, "the next"));
}

TEST_CASE("03.9.5 Answered datagrams leave nothing behind",
          "[program:udp_echo_server][points:1][extra][needs:03.4.1]") {
  because(
      "A server runs for months. What each datagram leaves behind, a descriptor, a thread or a few bytes, ends it some "
      "day.");
  chapter("One failure, one datagram");
  by_hand("ls /proc/$(pidof udp_echo_server)/fd | wc -l      before and after a thousand clients");
  Program server("udp_echo_server", anywhere);
  Endpoint where = address_of(server);

  auto thousand = [&where] {
    for (int i = 0; i < 50; ++i) {
      UdpPeer client("client " + std::to_string(i));
      for (int k = 0; k < 20; ++k) {
        client.send_to(where, "x");
        REQUIRE(client.receive() == "Echo: x");
      }
    }
  };
  thousand();
  std::size_t descriptors = open_descriptors(server.pid()), memory = resident_kib(server.pid());
  thousand();
  CHECK(settles_at_most(
      descriptors, [&server] { return open_descriptors(server.pid()); }, "open descriptors"));
  CHECK(settles_at_most(
      0, [&server] { return zombies(server.pid()); }, "finished children that nobody waited for"));
  CHECK(settles_at_most(
      memory + allowed_growth_kib(server, 1024), [&server] { return resident_kib(server.pid()); }, "KiB of memory"));
}

TEST_CASE("03.9.6 The server waits without keeping a processor busy",
          "[waits][program:udp_echo_server][points:1][extra][needs:03.4.1]") {
  because(
      "A loop that asks again and again whether something has come takes a whole core. recvfrom sleeps until it has.");
  chapter("One call, one datagram");
  by_hand("top -p $(pidof udp_echo_server)");
  Program server("udp_echo_server", anywhere);
  REQUIRE(serves(server));

  CHECK(takes_at_most_of_a_core(0.1, server));
}

TEST_CASE("03.9.7 A server that was ended can be started again on its port",
          "[program:udp_echo_server][points:1][extra][needs:03.4.1]") {
  because(
      "SIGTERM ends every program. UDP remembers nothing of the datagrams that were exchanged, so its port is free at "
      "once.");
  chapter("Bind and announce");
  by_hand("./udp_echo_server 127.0.0.1 7000      kill it in another terminal, start it again");
  std::string port;
  {
    Program first("udp_echo_server", anywhere);
    REQUIRE(serves(first));
    port = std::to_string(first.listening_on().port);
    first.signal(SIGTERM);
    if (first.exit_status().kind == Exit::Kind::running)
      Story::current().mismatch("its end by SIGTERM", "it is still running");
    REQUIRE(first.state().kind != Exit::Kind::running);
  }
  Program again("udp_echo_server", {"127.0.0.1", port});
  CHECK(serves(again));
}

TEST_CASE("03.9.8 A call that fails concerns one datagram",
          "[program:udp_echo_server][points:1][extra][needs:03.4.1]") {
  because(
      "The network may be out of buffers (ENOBUFS), the sender's machine out of reach (EHOSTUNREACH), its port closed "
      "(ECONNREFUSED). Say so on stderr and take the next datagram.");
  chapter("One failure, one datagram");
  by_hand("hard to bring about by hand; look what your program does when sendto gives -1");
  Fault fault = GENERATE(send_fails_once(ENOBUFS, 2), send_fails_once(EHOSTUNREACH, 2),
                         send_fails_once(ECONNREFUSED, 2), receive_fails_once(ECONNREFUSED, 2));
  Program server("udp_echo_server", anywhere, with(fault));
  Endpoint where = address_of(server);
  REQUIRE(serves(server));

  // Whether this one is answered is up to the server, which may try once more.
  UdpPeer unlucky("the unlucky one");
  unlucky.send_to(where, "lost?");
  // A server with several threads might meet the failure in its answer to the next one.
  server.wait_until_idle();
  CHECK(serves(server, "the next"));
  CHECK(serves(server, "one more"));
}

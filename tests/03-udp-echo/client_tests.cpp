// What a peer can observe of udp_echo_client. Parts 03.5 to 03.7.
#include "udp.hpp"

using namespace harness;
using namespace std::chrono_literals;

namespace {

constexpr Milliseconds the_wait{2000};

// The client's result is the answer and one newline.
bool prints(Program& client, const std::string& answer) { return client.output() == answer + "\n"; }

// Looks until the client is seen asleep, while it has still half a second to wait.
bool sleeps_after(Program& client, std::chrono::steady_clock::time_point request) {
  while (std::chrono::steady_clock::now() < request + 1500ms) {
    bool asleep = nobody_runs(client.pid());
    if (client.state().kind != Exit::Kind::running) return false;
    if (asleep) return true;
    pass_time(client, std::chrono::steady_clock::now() + 1ms);
  }
  return false;
}

}  // namespace

TEST_CASE("03.5.1 The client sends its message as one datagram", "[program:udp_echo_client][points:5]") {
  because("One sendto is one datagram, with exactly the bytes that you give it: no zero byte at the end, no newline.");
  chapter("A client that knows its server");
  by_hand("nc -u -l 127.0.0.1 7000 | od -c      and      ./udp_echo_client 127.0.0.1 7000 Hello");
  UdpPeer us;
  std::string message = "Hello " + random_text(6);
  Program client("udp_echo_client", {us.host(), us.port(), message});

  Datagram request = us.receive();
  REQUIRE(request == message);
  us.answer(request, "Echo: " + message);
  CHECK(client.exit_status() == 0);
  CHECK(us.hears_nothing());
}

TEST_CASE("03.5.2 Wrong arguments get a usage line and status 2", "[program:udp_echo_client][points:2][needs:03.5.1]") {
  because("Port 0 is for servers. A client needs a number from 1 to 65535, and a message, which may be empty.");
  chapter("A client that knows its server");
  by_hand("./udp_echo_client 127.0.0.1 0 Hello; echo $?");
  auto arguments = GENERATE(
      std::vector<std::string>{}, std::vector<std::string>{"127.0.0.1", "7"},
      std::vector<std::string>{"127.0.0.1", "0", "m"}, std::vector<std::string>{"127.0.0.1", "65536", "m"},
      std::vector<std::string>{"127.0.0.1", "seven", "m"}, std::vector<std::string>{"127.0.0.1", "7seven", "m"},
      std::vector<std::string>{"127.0.0.1", "4294967376", "m"});
  Program client("udp_echo_client", arguments);
  CHECK(client.exit_status() == 2);
  CHECK(client.prints_usage());
}

TEST_CASE("03.5.3 An empty message is an empty datagram", "[program:udp_echo_client][points:1][needs:03.6.1]") {
  because("A datagram without payload is a datagram: it must be sent, and it is answered.");
  chapter("One call, one datagram");
  by_hand("./udp_echo_server 127.0.0.1 7000      and      ./udp_echo_client 127.0.0.1 7000 ''");
  UdpPeer us;
  Program client("udp_echo_client", {us.host(), us.port(), ""});

  Datagram request = us.receive();
  REQUIRE(request == "");
  us.answer(request, "Echo: ");
  CHECK(prints(client, "Echo: "));
  CHECK(client.exit_status() == 0);
}

//! [datagram]
TEST_CASE("03.6.1 The client prints the answer and a newline", "[program:udp_echo_client][points:5][needs:03.5.1]") {
  because(
      "stdout is the client's result: the answer, then one newline, and nothing else, so that other programs can use "
      "it.");
  chapter("A client that knows its server");
  by_hand("./udp_echo_server 127.0.0.1 7000      and      ./udp_echo_client 127.0.0.1 7000 Hello");
  UdpPeer us;
  std::string message = random_text(12);
  Program client("udp_echo_client", {us.host(), us.port(), message});

  Datagram request = us.receive();
  REQUIRE(request == message);
  us.answer(request, "Echo: " + message);
  CHECK(prints(client, "Echo: " + message));
  CHECK(client.exit_status() == 0);
}
//! [datagram]

TEST_CASE("03.6.2 One datagram is the whole answer, longer, shorter or different",
          "[program:udp_echo_client][points:3][needs:03.6.1]") {
  because(
      "One recv gives one datagram. There is nothing to wait for when it is shorter than you hoped, and it must not be "
      "cut at a zero byte.");
  chapter("One call, one datagram");
  by_hand("a Python server: d, a = s.recvfrom(2048); s.sendto(b'a\\0b', a)");
  std::string answer = GENERATE(std::string("Echo: h"), std::string("x"), std::string("Ouch: \0\xff\n\0", 10),
                                std::string(1, '\0'), std::string("Echo: hello, and more than you asked for\n"));
  UdpPeer us;
  Program client("udp_echo_client", {us.host(), us.port(), "hello"});

  Datagram request = us.receive();
  REQUIRE(request == "hello");
  us.answer(request, answer);
  us.answer(request, "a second one");
  CHECK(prints(client, answer));
  CHECK(client.exit_status() == 0);
}

TEST_CASE("03.6.3 An empty answer is an answer", "[program:udp_echo_client][points:2][needs:03.6.1]") {
  because(
      "recv gives 0 for a datagram without payload. That is neither the end of a stream nor nothing: the server has "
      "answered.");
  chapter("One call, one datagram");
  by_hand("a Python server: d, a = s.recvfrom(2048); s.sendto(b'', a)");
  UdpPeer us;
  Program client("udp_echo_client", {us.host(), us.port(), "hello"});

  Datagram request = us.receive();
  REQUIRE(request == "hello");
  us.answer(request, "");
  CHECK(prints(client, ""));
  CHECK(client.exit_status() == 0);
}

TEST_CASE("03.6.4 A stranger's datagram is no answer", "[program:udp_echo_client][points:3][extra][needs:03.6.1]") {
  because(
      "Anybody may send to your port. Only what comes from the server's address and port is the server's answer: "
      "connect the socket, or compare the sender.");
  chapter("Strangers");
  by_hand("a Python server that answers from a second socket first: forger.sendto(b'Echo: FORGED', a)");
  UdpPeer us, stranger("a stranger");
  std::string message = random_text(10);
  Program client("udp_echo_client", {us.host(), us.port(), message});

  Datagram request = us.receive();
  REQUIRE(request == message);
  for (const char* forged : {"Echo: FORGED", ""}) stranger.answer(request, forged);
  us.answer(request, "Echo: " + message);
  stranger.answer(request, "Echo: FORGED");
  CHECK(prints(client, "Echo: " + message));
  CHECK(client.exit_status() == 0);
}

TEST_CASE("03.6.5 The same port of another address is a stranger too",
          "[program:udp_echo_client][points:2][extra][needs:03.6.1]") {
  because("A sender is an address and a port. To compare the ports alone is not enough.");
  chapter("Strangers");
  by_hand("the same with a forger that is bound to 127.0.0.2 and the server's port");
  UdpPeer us;
  UdpPeer stranger("a stranger", "127.0.0.2", us.endpoint().port);
  std::string message = random_text(10);
  Program client("udp_echo_client", {us.host(), us.port(), message});

  Datagram request = us.receive();
  REQUIRE(request == message);
  stranger.answer(request, "Echo: FORGED");
  us.answer(request, "Echo: " + message);
  CHECK(prints(client, "Echo: " + message));
}

TEST_CASE("03.6.6 Messages and answers of every length get through",
          "[program:udp_echo_client][points:2][extra][needs:03.6.1]") {
  because("65,507 bytes is the most that a datagram carries by IPv4. Have room for all of it, in both directions.");
  chapter("A buffer for any datagram");
  by_hand("./udp_echo_client 127.0.0.1 7000 $(head -c 65501 /dev/zero | tr '\\0' x) | wc -c      (65508)");
  std::size_t length = GENERATE(1, 1023, 1024, 1025, 65'500, 65'501, 65'502, 65'507);
  constexpr std::size_t longest = 65'507;
  UdpPeer us;
  std::string message = counted_bytes(length);
  Program client("udp_echo_client", {us.host(), us.port(), message});

  Datagram request = us.receive();
  REQUIRE(request == message);
  std::string answer = ("Echo: " + message).substr(0, longest);
  us.answer(request, answer);
  CHECK(prints(client, answer));
}

TEST_CASE("03.7.1 Without an answer the client gives up after two seconds",
          "[waits][program:udp_echo_client][points:5][needs:03.6.1]") {
  because(
      "A datagram may be lost, and nobody tells you. A client that waits for ever is no use, nor one that hardly "
      "waits.");
  chapter("A deadline, because datagrams get lost");
  by_hand("nc -u -l 127.0.0.1 7000      and      time ./udp_echo_client 127.0.0.1 7000 Hello; echo $?");
  UdpPeer us;
  Program client("udp_echo_client", {us.host(), us.port(), "hello"});

  REQUIRE(us.receive() == "hello");
  REQUIRE(ends_after(client, the_wait));
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("timed out"));
  CHECK(client.complains("udp_echo_client: "));
}

TEST_CASE("03.7.2 A port on which nobody listens is told at once",
          "[program:udp_echo_client][points:3][needs:03.6.1]") {
  because(
      "The other system answers with an ICMP message: port unreachable. Only a connected socket hears of it, as "
      "ECONNREFUSED.");
  chapter("A closed port");
  by_hand("time ./udp_echo_client 127.0.0.1 1 Hello; echo $?");
  ClosedUdpPort nobody;
  auto start = std::chrono::steady_clock::now();
  Program client("udp_echo_client", {"127.0.0.1", nobody.port(), "hello"});

  CHECK(client.complains("Connection refused"));
  CHECK(is_no_later(std::chrono::steady_clock::now() - start, 0ms, "its end"));
  CHECK(client.exit_status() == 1);

  // Whoever may receive there, the lowest port is one like any other and no wrong usage.
  Program lowest("udp_echo_client", {"127.0.0.1", "1", "hello"});
  CHECK(lowest.accepts_its_arguments());
}

TEST_CASE("03.7.3 An answer that comes late, but in time, is printed",
          "[waits][program:udp_echo_client][points:2][needs:03.6.1]") {
  because("The client waits for two seconds, and a server that takes half a second has still answered.");
  chapter("A deadline, because datagrams get lost");
  by_hand("a Python server: d, a = s.recvfrom(2048); time.sleep(0.5); s.sendto(b'Echo: ' + d, a)");
  UdpPeer us;
  Program client("udp_echo_client", {us.host(), us.port(), "hello"});

  Datagram request = us.receive();
  REQUIRE(request == "hello");
  pass_time(client, request.when + 600ms);
  us.answer(request, "Echo: hello");
  CHECK(prints(client, "Echo: hello"));
  CHECK(client.exit_status() == 0);
}

TEST_CASE("03.7.4 Strangers do not make the client wait longer",
          "[waits][program:udp_echo_client][points:3][extra][needs:03.7.1]") {
  because(
      "If every datagram starts the wait anew, a stranger who sends one now and then keeps you waiting for ever. Fix "
      "one deadline and wait for what is left of it.");
  chapter("A deadline, because datagrams get lost");
  by_hand("a Python program that sends to the client from another socket every 0.2 s");
  UdpPeer us, stranger("a stranger");
  Program client("udp_echo_client", {us.host(), us.port(), "hello"});

  Datagram request = us.receive();
  REQUIRE(request == "hello");
  keep_doing(client, 200ms, the_wait, [&] { stranger.answer(request, "Echo: FORGED"); });
  REQUIRE(ends_after(client, the_wait));
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("timed out"));
}

TEST_CASE("03.7.5 To be stopped and continued changes nothing",
          "[waits][program:udp_echo_client][points:2][extra][needs:03.7.1]") {
  because(
      "Ctrl-Z and fg interrupt some calls: they fail with EINTR. Go on waiting, and only for what is left of the two "
      "seconds.");
  chapter("A deadline, because datagrams get lost");
  by_hand("./udp_echo_client 127.0.0.1 7000 Hello      against nc -u -l, press Ctrl-Z and type fg, again and again");
  UdpPeer us;
  Program client("udp_echo_client", {us.host(), us.port(), "hello"});
  auto interrupt = [&client] {
    client.stop();
    client.resume();
  };

  Datagram request = us.receive();
  REQUIRE(request == "hello");
  SECTION("and then comes the answer") {
    sleeps_after(client, request.when);
    interrupt();
    us.answer(request, "Echo: hello");
    CHECK(prints(client, "Echo: hello"));
  }
  SECTION("and no answer comes") {
    keep_doing(client, 200ms, the_wait, interrupt);
    REQUIRE(ends_after(client, the_wait));
    CHECK(client.complains("timed out"));
  }
}

TEST_CASE("03.7.6 The client waits without keeping a processor busy",
          "[waits][program:udp_echo_client][points:1][extra][needs:03.7.1]") {
  because("A loop that asks again and again whether something has come takes a whole core. poll sleeps until it has.");
  chapter("A deadline, because datagrams get lost");
  by_hand("time ./udp_echo_client 127.0.0.1 7000 Hello      against nc -u -l: look at user and sys");
  UdpPeer us;
  Program client("udp_echo_client", {us.host(), us.port(), "hello"});

  Datagram request = us.receive();
  REQUIRE(request == "hello");
  bool sleeps = sleeps_after(client, request.when);
  if (!sleeps) Story::current().mismatch("a client that sleeps while it waits", "one that was busy until its end");
  CHECK(sleeps);
}

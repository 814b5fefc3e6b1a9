// Names, IPv6, restarts, resets and vanished peers: parts 02.8 and 02.9, for both programs.
#include "harness.hpp"

using namespace harness;

namespace {

const std::vector<std::string> anywhere{"127.0.0.1", "0"};

void chapter(const std::string& heading) { read_about("docs/02-tcp-echo.md \"" + heading + "\""); }

bool serves(Program& server, const std::string& name) {
  Peer client = Peer::connect(server.listening_on(), name);
  std::string message = random_text(8);
  client.send(message);
  client.finish_sending();
  return client.receive_all() == "Echo: " + message;
}

// Sends until the server neither reads nor works any more; gives what is left to send.
std::string_view fill(Program& server, Peer& client, std::string_view rest) {
  for (std::size_t before = 0; before != rest.size() && !rest.empty();) {
    before = rest.size();
    rest = client.send_what_fits(rest);
    server.wait_until_idle();
  }
  return rest;
}

void need_ipv6() {
  if (!have_ipv6()) SKIP("this machine's loopback has no ::1");
}

}  // namespace

TEST_CASE("02.8.1 The server listens on IPv6 too", "[program:echo_server][points:2][extra][needs:02.3.1]") {
  need_ipv6();
  because(
      "getaddrinfo gives addresses of both families. What it gives, socket and bind take as it is; only the brackets "
      "are for people.");
  chapter("Names, IPv4 and IPv6");
  by_hand("./echo_server ::1 7000      and      printf hello | nc -N ::1 7000");
  Program server("echo_server", {"::1", "0"});

  CHECK(server.listening_on().host == "::1");
  CHECK(serves(server, "we"));
}

TEST_CASE("02.8.2 The client tries every address of a name", "[program:echo_client][points:2][extra][needs:02.6.1]") {
  because("localhost has two addresses, ::1 and 127.0.0.1. When the first refuses, the second may answer.");
  chapter("Names, IPv4 and IPv6");
  by_hand("./echo_server 127.0.0.1 7000      and      ./echo_client localhost 7000 hello");
  auto listening = GENERATE("127.0.0.1", "::1");
  std::string host = listening;
  if (host == "::1") need_ipv6();
  if (host == "127.0.0.1" && !have_name_with_two_addresses()) SKIP("no name has two addresses here");
  Listener us(listening);
  Program client("echo_client", {host == "::1" ? host : name_with_two_addresses(), us.port(), "hello"});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == "hello");
  connection.send("Echo: hello");
  connection.finish_sending();
  CHECK(client.output() == "Echo: hello\n");
}

TEST_CASE("02.8.3 A name that does not exist is an error, not a crash",
          "[program:echo_client][points:2][extra][needs:02.6.1]") {
  because("getaddrinfo has errors of its own, which errno and perror know nothing of: gai_strerror names them.");
  chapter("Names, IPv4 and IPv6");
  by_hand("./echo_client no-such-host.invalid 7000 hello; echo $?");
  Program client("echo_client", {"no-such-host.invalid", "7000", "hello"});

  CHECK(client.exit_status() == 1);
  CHECK(client.complains("echo_client: "));
}

TEST_CASE("02.8.4 The server takes a name, and the address that means all of them",
          "[program:echo_server][points:1][extra][needs:02.3.1]") {
  because(
      "What is announced is the address that is bound, from getsockname: numeric, with the real port. 0.0.0.0 stays "
      "0.0.0.0, and peers reach it on each of the machine's addresses.");
  chapter("Listen and announce");
  by_hand("./echo_server localhost 7000, ./echo_server 0.0.0.0 7000      and      ss -tln");
  std::string host = GENERATE("localhost", "0.0.0.0");
  Program server("echo_server", {host, "0"});

  Endpoint announced = server.listening_on();
  bool numeric = host == "0.0.0.0" ? announced.host == host : announced.host == "127.0.0.1" || announced.host == "::1";
  if (!numeric) Story::current().mismatch(host == "0.0.0.0" ? host : "127.0.0.1 or [::1]", announced.host);
  REQUIRE(numeric);
  if (host == "0.0.0.0") announced.host = "127.0.0.1";
  Peer client = Peer::connect(announced);
  client.send("hello");
  client.finish_sending();
  CHECK(client.receive_all() == "Echo: hello");
}

TEST_CASE("02.8.5 When no address answers, the reason of the last is told",
          "[program:echo_client][points:1][extra][needs:02.6.1]") {
  because(
      "A message names one reason. That of the last address is what stood in the way in the end; that an earlier one "
      "refused is no news by then.");
  chapter("Names, IPv4 and IPv6");
  by_hand("./echo_client NAME 7000 hello      with a NAME in /etc/hosts that has 127.0.0.1 and 192.0.2.1, off-line");
  std::string name = name_whose_last_address_is_unreachable();
  if (name.empty()) SKIP("on this machine's own network no name has an address that is unreachable for certain");
  ClosedPort nobody;
  Program client("echo_client", {name, nobody.port(), "hello"});

  CHECK(client.exit_status() == 1);
  CHECK(client.complains("unreachable"));
}

TEST_CASE("02.9.1 A server that was stopped can be started again on its port",
          "[program:echo_server][points:4][extra][needs:02.3.1]") {
  because(
      "After a close the kernel remembers the connection for a minute (TIME_WAIT). Without SO_REUSEADDR, set before "
      "bind, that memory keeps the port from a new server.");
  chapter("Starting again on the same port");
  by_hand("./echo_server 127.0.0.1 7000      connect with nc, press Ctrl-C in the server, start it again at once");
  std::string port;
  {
    Program first("echo_server", anywhere);
    Peer client = first.connect();
    client.send("hello");
    REQUIRE(client.receive(11) == "Echo: hello");
    port = std::to_string(first.listening_on().port);
    first.kill();  // it goes first, with a connection open
    REQUIRE(client.receive_all() == "");
  }
  Program again("echo_server", {"127.0.0.1", port});
  CHECK(serves(again, "we"));
}

TEST_CASE("02.9.2 A client that resets costs only its own conversation",
          "[program:echo_server][points:4][extra][needs:02.3.1]") {
  because(
      "recv fails with ECONNRESET. That is the end of this conversation and no reason to end the server; and -1 is not "
      "a length.");
  chapter("Reset, end of stream, silence");
  by_hand(
      "python3 -c \"import socket, struct; s = socket.create_connection(('127.0.0.1', 7000)); s.send(b'x'); "
      "s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); s.close()\"");
  Program server("echo_server", anywhere);

  for (int i = 1; i <= 3; ++i) {
    Peer rude = Peer::connect(server.listening_on(), "client " + std::to_string(i));
    rude.send(i == 1 ? "" : "x");
    if (i == 3) CHECK(rude.receive(7) == "Echo: x");
    rude.reset();
  }
  CHECK(serves(server, "the next"));
}

TEST_CASE("02.9.3 A client that leaves its reply unread costs nothing",
          "[program:echo_server][points:3][extra][needs:02.3.1]") {
  because(
      "When the peer is gone, send fails with EPIPE, and by default the signal SIGPIPE ends your program before you "
      "can look. Ignore the signal (or pass MSG_NOSIGNAL) and treat the error as the end of this conversation.");
  chapter("SIGPIPE and vanished peers");
  by_hand(
      "head -c 50000000 /dev/zero | timeout 1 nc 127.0.0.1 7000 > /dev/full      and look whether the server lives");
  Program server("echo_server", anywhere);

  Peer client = server.connect();
  client.send("one");
  REQUIRE(client.receive(9) == "Echo: one");
  // While the server stands still there come the rest of the request, its end, and the news that nobody is there any
  // more. The server still finds bytes to read, and its very next send fails with EPIPE.
  server.stop();
  client.send("two");
  client.finish_sending();
  client.wait_until_delivered();
  client.reset();
  server.resume();
  CHECK(serves(server, "the next"));
}

TEST_CASE("02.9.4 A send that is cut short is carried on", "[program:echo_server][points:3][extra][needs:02.3.6]") {
  because(
      "send may take only part of the buffer, for example when the program is stopped (Ctrl-Z) and continued. Its "
      "result says how much; the rest is still yours to send.");
  chapter("Send the whole reply");
  by_hand(
      "./echo_server 127.0.0.1 7000      send 20 MB without reading, press Ctrl-Z and type fg in the server, then "
      "read");
  Program server("echo_server", anywhere);
  Peer client = server.connect();

  std::string message = counted_bytes(30'000'000), reply = "Echo: " + message;
  std::string_view rest = message, expected = reply;
  for (int round = 0; round < 4; ++round) {
    // Nobody reads, so in the end the server waits in send with its buffer half taken; when it is stopped and
    // continued there, that send comes back short. Reading a little lets it run into the same wall again.
    rest = fill(server, client, rest);
    server.stop();
    server.resume();
    server.wait_until_idle();
    Received part = client.receive(1'500'000);
    REQUIRE(part == expected.substr(0, part.bytes.size()));
    expected.remove_prefix(part.bytes.size());
  }
  CHECK(client.exchange(rest) == expected);
}

TEST_CASE("02.9.5 Finished conversations leave nothing behind",
          "[program:echo_server][points:3][extra][needs:02.3.1]") {
  because("Every accepted socket must be closed on every way out, or the server runs out of descriptors after a day.");
  chapter("One client after another");
  by_hand("for i in $(seq 50); do printf x | nc -N 127.0.0.1 7000; done; ls /proc/$(pidof echo_server)/fd | wc -l");
  Program server("echo_server", anywhere);

  server.listening_on();
  begin_rounds();
  auto converse = [&server](int times) {
    for (int i = 0; i < times; ++i) {
      Peer polite = server.connect();
      polite.send("x");
      polite.finish_sending();
      REQUIRE(polite.receive_all() == "Echo: x");
      Peer mute = server.connect();
      mute.finish_sending();
      REQUIRE(mute.receive_all() == "Echo: ");
      Peer rude = server.connect();
      rude.send("x");
      rude.reset();
    }
    REQUIRE(serves(server, "the last"));
    next_round(std::to_string(times) + " polite clients, as many with nothing to say, and as many that reset");
  };
  converse(10);
  std::size_t before = open_descriptors(server.pid());
  converse(30);
  CHECK(settles_at_most(
      before, [&server] { return open_descriptors(server.pid()); }, "open descriptors"));
  CHECK(settles_at_most(
      0, [&server] { return zombies(server.pid()); }, "finished children that nobody waited for"));
}

TEST_CASE("02.9.6 The client works with a one-shot server", "[program:echo_client][points:2][extra][needs:02.6.1]") {
  because("Many servers in examples do just that. The reply is whole, whatever happens to the connection afterwards.");
  chapter("Reset, end of stream, silence");
  by_hand("a Python server: c, _ = s.accept(); c.sendall(b'Echo: ' + c.recv(1024)); c.close()");
  Listener us;
  std::string message = random_text(20);
  Program client("echo_client", {us.host(), us.port(), message});

  Peer connection = us.accept();
  CHECK(connection.receive_once(1024) == message);
  CHECK(connection.heard_one_segment());
  connection.send("Echo: " + message);
  connection.close();
  CHECK(client.output() == "Echo: " + message + "\n");
  CHECK(client.exit_status() == 0);
}

TEST_CASE("02.9.7 A second thousand of conversations needs no more memory than the first",
          "[program:echo_server][points:2][extra][needs:02.9.5]") {
  because(
      "A server runs for months. What it keeps of each conversation, however little, will fill the memory one day.");
  chapter("One client after another");
  by_hand(
      "for i in $(seq 1000); do head -c 2000 /dev/zero | nc -N 127.0.0.1 7000 > /dev/null; done; grep VmRSS "
      "/proc/$(pidof echo_server)/status      twice");
  Options options;
  options.exact_memory = true;
  Program server("echo_server", anywhere, options);

  std::string message = random_text(2000);
  server.listening_on();
  begin_rounds();
  auto a_thousand = [&] {
    for (int i = 0; i < 1000; ++i) {
      Peer client = server.connect();
      client.send(message);
      client.finish_sending();
      REQUIRE(client.receive_all() == "Echo: " + message);
      next_round("");
    }
    next_round("a thousand conversations of 2000 bytes");
  };
  a_thousand();
  std::size_t first = resident_kib(server.pid());
  a_thousand();
  CHECK(settles_at_most(
      first + 1024, [&server] { return resident_kib(server.pid()); }, "KiB of memory"));
}

TEST_CASE("02.9.8 Waiting costs nothing", "[waits][program:echo_server][points:1][extra][needs:02.3.1]") {
  because(
      "A call that waits lets the processor do something else. A program that asks again and again keeps a whole core "
      "busy.");
  chapter("One client after another");
  by_hand(
      "./echo_server 127.0.0.1 7000      and      top -p $(pidof echo_server), before and while nc 127.0.0.1 7000 is "
      "connected and silent");
  Program server("echo_server", anywhere);
  server.listening_on();
  server.wait_until_idle();
  CHECK(takes_at_most_of_a_core(0.1, server));

  Peer silent = server.connect();
  server.wait_until_idle();
  CHECK(takes_at_most_of_a_core(0.1, server));
}

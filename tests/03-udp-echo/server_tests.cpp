// What a peer can observe of udp_echo_server. Parts 03.1 to 03.4.
#include "udp.hpp"

using namespace harness;

TEST_CASE("03.1.1 The server says where it listens", "[program:udp_echo_server][points:5]") {
  because(
      "Port 0 lets the system choose a free port, so only the server can tell which it is. The line must be flushed: "
      "into a pipe, output is kept back until a buffer is full.");
  chapter("Bind and announce");
  by_hand("./udp_echo_server 127.0.0.1 0 | cat");
  Program server("udp_echo_server", anywhere);

  CHECK(address_of(server).host == "127.0.0.1");
}

TEST_CASE("03.1.2 A second server on a port in use is told so", "[program:udp_echo_server][points:3][needs:03.4.1]") {
  because(
      "With SO_REUSEADDR a second UDP socket may take the same port, and then the first is left without datagrams. UDP "
      "knows no TIME_WAIT, so there is nothing to gain by it.");
  chapter("Bind and announce");
  by_hand("./udp_echo_server 127.0.0.1 7000      twice");
  Program first("udp_echo_server", anywhere);
  std::string port = std::to_string(first.listening_on().port);

  Program second("udp_echo_server", {"127.0.0.1", port});
  CHECK(second.exit_status() == 1);
  CHECK(second.complains("Address already in use"));
  CHECK(serves(first));
}

TEST_CASE("03.1.3 Wrong arguments get a usage line and status 2", "[program:udp_echo_server][points:2][needs:03.1.1]") {
  because(
      "A port is a number from 0 to 65535. atoi turns \"abc\" into 0 and says nothing; a number that an int does not "
      "hold is out of range, too.");
  chapter("Bind and announce");
  by_hand("./udp_echo_server 127.0.0.1 abc; echo $?");
  auto arguments =
      GENERATE(std::vector<std::string>{}, std::vector<std::string>{"127.0.0.1"},
               std::vector<std::string>{"127.0.0.1", "abc"}, std::vector<std::string>{"127.0.0.1", "65536"},
               std::vector<std::string>{"127.0.0.1", "80x"}, std::vector<std::string>{"127.0.0.1", "-1"},
               std::vector<std::string>{"127.0.0.1", ""}, std::vector<std::string>{"127.0.0.1", "4294967376"});
  Program server("udp_echo_server", arguments);
  CHECK(server.exit_status() == 2);
  CHECK(server.prints_usage());
}

TEST_CASE("03.2.1 Every datagram is answered to the one who sent it",
          "[program:udp_echo_server][points:5][needs:03.4.1]") {
  because(
      "There are no connections. Each datagram brings its sender's address, and the answer goes there, whoever came "
      "before.");
  chapter("No connections: every datagram has its sender");
  by_hand("nc -u 127.0.0.1 7000      in three terminals, a line in one, then in another");
  Program server("udp_echo_server", anywhere);
  Endpoint where = address_of(server);
  UdpPeer a("client A"), b("client B"), c("client C");

  for (UdpPeer* client : {&a, &b, &a, &c, &b, &a}) {
    std::string message = random_text(10);
    client->send_to(where, message);
    REQUIRE(answers(client->receive(), "Echo: " + message, where));
  }
}

TEST_CASE("03.2.2 A datagram that is too long to be answered costs nothing but itself",
          "[program:udp_echo_server][points:3][needs:03.4.1]") {
  because(
      "65,507 bytes is the most that one datagram carries by IPv4, and \"Echo: \" takes 6 of them. For 65,502 sendto "
      "fails with EMSGSIZE: that is this datagram's end, not the server's.");
  chapter("One failure, one datagram");
  by_hand(
      "python3 -c \"import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.sendto(b'x' * 65502, ('127.0.0.1', "
      "7000))\"");
  Program server("udp_echo_server", anywhere);
  Endpoint where = address_of(server);

  for (std::size_t length : {65'502, 65'503, 65'507}) {
    UdpPeer client("client " + std::to_string(length));
    client.send_to(where, counted_bytes(length));
    REQUIRE(serves(server, "the next"));
    // To answer it, cut or in other words, is allowed; to drop it without a word is not.
    bool answered = client.receive_within(quiet_period()).ending == Ending::more;
    if (answered) continue;
    CHECK(settles_at_most(
        0, [&server] { return server.errors().empty() ? 1U : 0U; }, "datagrams dropped without a line on stderr"));
  }
}

TEST_CASE("03.3.1 Bytes are bytes: zero, 0xff and newlines come back unharmed",
          "[program:udp_echo_server][points:4][needs:03.4.1]") {
  because(
      "A payload is a number of bytes, not a C string: strlen ends at the first zero byte. Use the count that recvfrom "
      "gave.");
  chapter("One call, one datagram");
  by_hand("printf 'a\\0b\\377\\n' | nc -u -w1 127.0.0.1 7000 | od -c");
  Program server("udp_echo_server", anywhere);
  Endpoint where = address_of(server);
  UdpPeer client;

  for (const std::string& message :
       {std::string("a\0b\xff\r\n%s\0", 9), std::string(1, '\0'), std::string("\n"), random_bytes(400)}) {
    client.send_to(where, message);
    REQUIRE(answers(client.receive(), "Echo: " + message, where));
  }
}

TEST_CASE("03.3.2 Datagrams of every usual length are answered whole",
          "[program:udp_echo_server][points:4][needs:03.4.1]") {
  because(
      "What does not fit into the buffer of recvfrom is lost, and nothing tells you. A buffer of 1024 bytes answers "
      "1025 with 1024.");
  chapter("A buffer for any datagram");
  by_hand("head -c 1025 /dev/zero | nc -u -w1 127.0.0.1 7000 | wc -c      (1031)");
  Program server("udp_echo_server", anywhere);
  Endpoint where = address_of(server);
  UdpPeer client;

  for (std::size_t length :
       {1, 2, 511, 512, 513, 1023, 1024, 1025, 1472, 1473, 2048, 4096, 4097, 8192, 9000, 16'385, 32'769}) {
    std::string message = counted_bytes(length);
    client.send_to(where, message);
    REQUIRE(answers(client.receive(), "Echo: " + message, where));
  }
}

TEST_CASE("03.3.3 An empty datagram is answered too", "[program:udp_echo_server][points:3][needs:03.4.1]") {
  because("A datagram may have no payload. recvfrom gives 0 for it, and here 0 does not mean the end of anything.");
  chapter("One call, one datagram");
  by_hand(
      "python3 -c \"import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.sendto(b'', ('127.0.0.1', 7000)); "
      "print(s.recv(99))\"");
  Program server("udp_echo_server", anywhere);
  Endpoint where = address_of(server);
  UdpPeer client;

  client.send_to(where, "");
  CHECK(answers(client.receive(), "Echo: ", where));
  CHECK(serves(server, "the next"));
}

TEST_CASE("03.3.4 A short datagram after a long one has no tail of it",
          "[program:udp_echo_server][points:2][needs:03.4.1]") {
  because(
      "A buffer still holds what the last recvfrom left there. Only the first n bytes are yours, n being what recvfrom "
      "returned.");
  chapter("One call, one datagram");
  by_hand("nc -u 127.0.0.1 7000      type a long line, then a short one");
  Program server("udp_echo_server", anywhere);
  Endpoint where = address_of(server);
  UdpPeer client;

  for (std::size_t length : {2000, 700, 5, 0, 3}) {
    std::string message = random_text(length);
    client.send_to(where, message);
    REQUIRE(answers(client.receive(), "Echo: " + message, where));
  }
}

TEST_CASE("03.4.1 A datagram comes back with Echo: before it", "[program:udp_echo_server][points:8][needs:03.1.1]") {
  because(
      "This is the whole of the protocol: one datagram comes, one goes back, \"Echo: \" and the payload, from the port "
      "it was sent to.");
  chapter("One call, one datagram");
  by_hand("./udp_echo_server 127.0.0.1 7000      and      printf hello | nc -u -w1 127.0.0.1 7000");
  Program server("udp_echo_server", anywhere);
  Endpoint where = address_of(server);
  UdpPeer client;

  std::string message = "Hello " + random_text(6);
  client.send_to(where, message);
  CHECK(answers(client.receive(), "Echo: " + message, where));
}

TEST_CASE("03.4.2 Each datagram is answered once", "[program:udp_echo_server][points:3][needs:03.4.1]") {
  because("One datagram, one answer. A client that gets two takes the second for the answer to its next question.");
  chapter("One call, one datagram");
  by_hand("nc -u 127.0.0.1 7000      type a line and count the answers");
  Program server("udp_echo_server", anywhere);
  Endpoint where = address_of(server);
  UdpPeer client;

  client.send_to(where, "one");
  CHECK(answers(client.receive(), "Echo: one", where));
  client.send_to(where, "two");
  CHECK(answers(client.receive(), "Echo: two", where));
  CHECK(client.hears_nothing());
}

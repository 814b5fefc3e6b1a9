// What a peer can observe of echo_server. Parts 02.1 to 02.4.
#include <cerrno>
#include <csignal>

#include "harness.hpp"

using namespace harness;

namespace {

const std::vector<std::string> anywhere{"127.0.0.1", "0"};

void chapter(const std::string& heading) { read_about("docs/02-tcp-echo.md \"" + heading + "\""); }

}  // namespace

TEST_CASE("02.1.1 The server says where it listens and can be reached there", "[program:echo_server][points:3]") {
  because(
      "Port 0 lets the system choose a free port, so only the server can tell which it is. The line must be flushed: "
      "into a pipe, output is kept back until a buffer is full.");
  chapter("Listen and announce");
  by_hand("./echo_server 127.0.0.1 0      and      nc 127.0.0.1 PORT");
  Program server("echo_server", anywhere);

  Endpoint where = server.listening_on();
  CHECK(where.host == "127.0.0.1");
  Peer client = Peer::connect(where);
  CHECK(client.connected());
}

TEST_CASE("02.1.2 A second server on a port in use is told so", "[program:echo_server][points:2][needs:02.1.1]") {
  because("bind fails when the port is taken; a program that goes on without looking listens elsewhere, or nowhere.");
  chapter("Listen and announce");
  by_hand("./echo_server 127.0.0.1 7000      twice");
  Program first("echo_server", anywhere);
  std::string port = std::to_string(first.listening_on().port);

  Program second("echo_server", {"127.0.0.1", port});
  CHECK(second.exit_status() == 1);
  CHECK(second.complains("Address already in use"));
}

TEST_CASE("02.1.3 Wrong arguments get a usage line and status 2", "[program:echo_server][points:2][needs:02.1.1]") {
  because(
      "A port is a number from 0 to 65535. atoi turns \"abc\" into 0 and says nothing; a number that an int does not "
      "hold is out of range, too.");
  chapter("Exit status and messages");
  by_hand("./echo_server 127.0.0.1 abc; echo $?");
  auto arguments =
      GENERATE(std::vector<std::string>{}, std::vector<std::string>{"127.0.0.1"},
               std::vector<std::string>{"127.0.0.1", "abc"}, std::vector<std::string>{"127.0.0.1", "65536"},
               std::vector<std::string>{"127.0.0.1", "80x"}, std::vector<std::string>{"127.0.0.1", "-1"},
               std::vector<std::string>{"127.0.0.1", ""}, std::vector<std::string>{"127.0.0.1", "4294967376"});
  Program server("echo_server", arguments);
  CHECK(server.exit_status() == 2);
  CHECK(server.prints_usage());
}

TEST_CASE("02.1.4 SIGTERM ends the server", "[program:echo_server][points:1][needs:02.1.1]") {
  because(
      "Who runs a server stops it with SIGTERM (kill does so). Its default action ends the program: leave it, or clean "
      "up and end.");
  chapter("Exit status and messages");
  by_hand("./echo_server 127.0.0.1 7000      and      kill $(pidof echo_server)");
  Program server("echo_server", anywhere);
  server.listening_on();

  server.signal(SIGTERM);
  CHECK(server.ends());
}

TEST_CASE("02.2.1 One client after another is served", "[program:echo_server][points:3][needs:02.3.1]") {
  because("accept takes one connection from the queue. To serve the next client, close this one and accept again.");
  chapter("One client after another");
  by_hand("./echo_server 127.0.0.1 7000      and three times      printf hello | nc -N 127.0.0.1 7000");
  Program server("echo_server", anywhere);

  for (int i = 1; i <= 3; ++i) {
    Peer client = Peer::connect(server.listening_on(), "client " + std::to_string(i));
    std::string message = random_text(10);
    client.send(message);
    client.finish_sending();
    REQUIRE(client.receive_all() == "Echo: " + message);
  }
}

TEST_CASE("02.2.2 Four more clients may wait and are served in turn", "[program:echo_server][points:2][needs:02.3.1]") {
  because(
      "While one client is served the kernel keeps the others in the listening socket's queue. The backlog says how "
      "long it may be.");
  chapter("One client after another");
  by_hand("./echo_server 127.0.0.1 7000      and      nc 127.0.0.1 7000      in five terminals");
  Program server("echo_server", anywhere);
  Endpoint where = server.listening_on();

  Peer first = Peer::connect(where, "client 1");
  first.send("f");
  CHECK(first.receive(7) == "Echo: f");
  std::vector<Peer> waiting;
  for (int i = 2; i <= 5; ++i) {
    waiting.push_back(Peer::connect(where, "client " + std::to_string(i)));
    REQUIRE(waiting.back().connected());
  }
  first.finish_sending();
  CHECK(first.receive_all() == "");
  for (Peer& client : waiting) {
    client.send("later");
    client.finish_sending();
    REQUIRE(client.receive_all() == "Echo: later");
  }
}

TEST_CASE("02.2.3 A client that gave up while it waited does not end the service",
          "[program:echo_server][points:2][needs:02.2.1]") {
  because(
      "accept may fail with ECONNABORTED: the client that was next in the queue has gone. The next one is still there: "
      "accept again.");
  chapter("One client after another");
  by_hand("hard to bring about by hand; look what your program does when accept gives -1");
  Program server("echo_server", anywhere, with(accept_fails_once(ECONNABORTED)));

  for (int i = 1; i <= 2; ++i) {
    Peer client = Peer::connect(server.listening_on(), "client " + std::to_string(i));
    client.send("still there?");
    client.finish_sending();
    REQUIRE(client.receive_all() == "Echo: still there?");
  }
}

TEST_CASE("02.3.1 A message comes back with Echo: before it", "[program:echo_server][points:5][needs:02.1.1]") {
  because("This is the whole of the protocol: \"Echo: \", then every byte that the client sent.");
  chapter("Send the whole reply");
  by_hand("./echo_server 127.0.0.1 7000      and      printf hello | nc -N 127.0.0.1 7000");
  Program server("echo_server", anywhere);
  Peer client = server.connect();

  std::string message = "Hello " + random_text(6);
  client.send(message);
  client.finish_sending();

  CHECK(client.receive_all() == "Echo: " + message);
}

//! [pieces]
TEST_CASE("02.3.2 A message that arrives in pieces comes back whole", "[program:echo_server][points:4][needs:02.3.1]") {
  because(
      "TCP is a stream: one message may take several recv calls. Go on until recv gives 0, and send the prefix only "
      "once.");
  chapter("One send, many receives");
  by_hand("./echo_server 127.0.0.1 7000      and      (printf Hel; sleep 1; printf lo) | nc -N 127.0.0.1 7000");
  Program server("echo_server", anywhere);
  Peer client = server.connect();

  client.send_piece("Hel");
  client.send_piece("lo, wor");
  client.send_piece("ld");
  client.finish_sending();

  CHECK(client.receive_all() == "Echo: Hello, world");
}
//! [pieces]

TEST_CASE("02.3.3 A client that receives just once finds all of its echo",
          "[program:echo_server][points:3][needs:02.3.1]") {
  because(
      "Many simple clients call recv once. What the server has read at once must go back in one call, \"Echo: \" with "
      "it; two small sends may arrive one after the other, and cost 40 ms besides (Nagle's algorithm).");
  chapter("Send the whole reply");
  by_hand(
      "python3 -c \"import socket; s = socket.create_connection(('127.0.0.1', 7000)); s.sendall(b'hi'); "
      "print(s.recv(1024))\"");
  Program server("echo_server", anywhere);

  Peer client = server.connect();
  std::string message = random_text(12);
  client.send(message);
  CHECK(client.receive(18) == "Echo: " + message);
  CHECK(client.heard_one_segment());
}

TEST_CASE("02.3.4 Bytes are bytes: zero, 0xff and newlines come back unharmed",
          "[program:echo_server][points:2][needs:02.3.1]") {
  because(
      "A message is a number of bytes, not a C string: strlen ends at the first zero byte. Use the count that recv "
      "gave.");
  chapter("Send the whole reply");
  by_hand("./echo_server 127.0.0.1 7000      and      printf 'a\\0b\\377\\n' | nc -N 127.0.0.1 7000 | od -c");
  Program server("echo_server", anywhere);
  Peer client = server.connect();

  std::string message = std::string("a\0b\xff\r\n%s\0", 9) + random_bytes(300);
  client.send(message);
  client.finish_sending();

  CHECK(client.receive_all() == "Echo: " + message);
}

TEST_CASE("02.3.5 A short message after a long one has no tail of it",
          "[program:echo_server][points:2][needs:02.3.1]") {
  because(
      "A buffer still holds what the last recv left there. Only the first n bytes are yours, n being what recv "
      "returned.");
  chapter("Send the whole reply");
  by_hand("printf 'a long message' | nc -N 127.0.0.1 7000; printf short | nc -N 127.0.0.1 7000");
  Program server("echo_server", anywhere);

  for (std::size_t length : {1000U, 700U, 5U}) {
    Peer client = server.connect();
    std::string message = random_text(length);
    client.send(message);
    client.finish_sending();
    REQUIRE(client.receive_all() == "Echo: " + message);
  }
}

TEST_CASE("02.3.6 A large message comes back whole", "[program:echo_server][points:2][needs:02.3.1]") {
  because(
      "send may take only part of what you give it, and a message may be larger than any buffer. Send what is left, "
      "from where it stopped, until all is sent.");
  chapter("Send the whole reply");
  by_hand("head -c 2000000 /dev/zero | nc -N 127.0.0.1 7000 | wc -c      (2000006)");
  Program server("echo_server", anywhere);

  server.listening_on();
  begin_rounds();
  for (std::size_t length : {1023U, 1024U, 1025U, 4096U, 65535U, 65536U, 65537U, 2'000'000U}) {
    Peer client = server.connect();
    std::string message = counted_bytes(length);
    REQUIRE(client.exchange(message) == "Echo: " + message);
    next_round(std::to_string(length) + " bytes came back whole");
  }
}

TEST_CASE("02.3.7 Receives and sends of a few bytes change nothing", "[program:echo_server][points:3][needs:02.3.6]") {
  because(
      "A receive may give a few bytes of what was sent, and a send may take a few of those that you pass. Only a loop "
      "gets all of it across.");
  chapter("Send the whole reply");
  by_hand("./echo_server 127.0.0.1 7000      and send it a large message while you press Ctrl-Z and type fg");
  Program server("echo_server", anywhere, with(receives_at_most(12), sends_at_most(5)));
  Peer client = server.connect();

  std::string message = random_text(10) + counted_bytes(400);
  client.send(message);
  client.finish_sending();
  CHECK(client.receive_all() == "Echo: " + message);
}

TEST_CASE("02.3.8 What a signal interrupts is carried on",
          "[program:echo_server][points:3][needs:02.3.2][needs:02.2.1]") {
  because(
      "A call that waits ends with EINTR when a signal arrives. Nothing is wrong with the connection then: call it "
      "again, for what is still to be done.");
  chapter("Send the whole reply");
  by_hand("run it under gdb, interrupt it with Ctrl-C and continue");
  Program server("echo_server", anywhere,
                 GENERATE(with(interrupts_every(3)), with(interrupts_every(3), sends_at_most(7))));

  for (int i = 1; i <= 3; ++i) {
    Peer client = Peer::connect(server.listening_on(), "client " + std::to_string(i));
    std::string message = random_text(30);
    client.send_piece(message);
    client.send_piece("and more");
    client.finish_sending();
    REQUIRE(client.receive_all() == "Echo: " + message + "and more");
  }
}

TEST_CASE("02.4.1 An empty request is answered too", "[program:echo_server][points:2][needs:02.3.1]") {
  because("A client that sends nothing and finishes has sent an empty message. Its echo is the prefix alone.");
  chapter("The end of a request: half-close");
  by_hand("nc -N 127.0.0.1 7000 < /dev/null");
  Program server("echo_server", anywhere);
  Peer client = server.connect();

  client.finish_sending();

  CHECK(client.receive_all() == "Echo: ");
}

TEST_CASE("02.4.2 The server answers before the request has ended, not before it begins",
          "[program:echo_server][points:3][needs:02.3.1]") {
  because(
      "A client may want the first part of the answer before it sends the rest. A recv that fills the buffer says "
      "nothing of what is to come. And before the first byte there is nothing to answer.");
  chapter("The end of a request: half-close");
  by_hand("nc 127.0.0.1 7000      then type a line and wait");
  Program server("echo_server", anywhere);
  Peer client = server.connect();

  CHECK(client.hears_nothing());
  client.send("one");
  CHECK(client.receive(9) == "Echo: one");
  client.send(" and two");
  CHECK(client.receive(8) == " and two");

  // All of it is there before the server looks, and its buffer may be just as long: a full buffer is no sign of more.
  for (std::size_t length : {32'768U, 32'000U}) {
    std::string message = counted_bytes(length);
    server.stop();
    client.send(message);
    client.wait_until_delivered();
    server.resume();
    REQUIRE(client.receive(length) == message);
  }
  client.finish_sending();
  CHECK(client.receive_all() == "");
}

// What a peer can observe of echo_client. Parts 02.5 to 02.7.
#include "harness.hpp"

using namespace harness;

namespace {

void chapter(const std::string& heading) { read_about("docs/02-tcp-echo.md \"" + heading + "\""); }

// The client's result is the reply and one newline.
bool prints(Program& client, const std::string& reply) { return client.output() == reply + "\n"; }

}  // namespace

TEST_CASE("02.5.1 The client sends its message, then half-closes", "[program:echo_client][points:4]") {
  because(
      "The server cannot know that the message is complete until it hears the end of the stream. shutdown(SHUT_WR) "
      "says it, and still lets you receive.");
  chapter("The end of a request: half-close");
  by_hand("nc -l 127.0.0.1 7000      and      ./echo_client 127.0.0.1 7000 Hello");
  Listener us;
  std::string message = "Hello " + random_text(6);
  Program client("echo_client", {us.host(), us.port(), message});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == message);
  connection.send("Echo: " + message);
  connection.finish_sending();
  CHECK(client.exit_status() == 0);
}

TEST_CASE("02.5.2 When nobody listens the client says so", "[program:echo_client][points:2][needs:02.5.1]") {
  because(
      "connect fails with ECONNREFUSED when no program listens on the port. A learner who reads that knows what to "
      "do.");
  chapter("Exit status and messages");
  by_hand("./echo_client 127.0.0.1 1 Hello; echo $?");
  ClosedPort nobody;
  Program client("echo_client", {"127.0.0.1", nobody.port(), "Hello"});

  CHECK(client.exit_status() == 1);
  CHECK(client.complains("Connection refused"));
  CHECK(client.complains("echo_client: "));

  // Whoever may listen there, the lowest port is one like any other and no wrong usage.
  Program lowest("echo_client", {"127.0.0.1", "1", "Hello"});
  CHECK(lowest.accepts_its_arguments());
}

TEST_CASE("02.5.3 Wrong arguments get a usage line and status 2", "[program:echo_client][points:2][needs:02.5.1]") {
  because("Port 0 is for servers. A client needs a number from 1 to 65535, and a message, which may be empty.");
  chapter("Exit status and messages");
  by_hand("./echo_client 127.0.0.1 0 Hello; echo $?");
  auto arguments = GENERATE(
      std::vector<std::string>{}, std::vector<std::string>{"127.0.0.1", "7"},
      std::vector<std::string>{"127.0.0.1", "0", "m"}, std::vector<std::string>{"127.0.0.1", "65536", "m"},
      std::vector<std::string>{"127.0.0.1", "seven", "m"}, std::vector<std::string>{"127.0.0.1", "7seven", "m"},
      std::vector<std::string>{"127.0.0.1", "4294967376", "m"});
  Program client("echo_client", arguments);
  CHECK(client.exit_status() == 2);
  CHECK(client.prints_usage());
}

TEST_CASE("02.5.4 An empty message is a message", "[program:echo_client][points:1][needs:02.5.1]") {
  because("The server answers an empty request with the bare prefix. Six bytes are a whole reply then.");
  chapter("The end of a request: half-close");
  by_hand("./echo_server 127.0.0.1 7000      and      ./echo_client 127.0.0.1 7000 ''");
  Listener us;
  Program client("echo_client", {us.host(), us.port(), ""});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == "");
  connection.send("Echo: ");
  connection.finish_sending();
  CHECK(prints(client, "Echo: "));
  CHECK(client.exit_status() == 0);
}

TEST_CASE("02.5.5 A message of 100,000 bytes gets there and back", "[program:echo_client][points:2][needs:02.6.1]") {
  because("send may take only part of the message, and the reply comes in many pieces.");
  chapter("Send the whole reply");
  by_hand(
      "./echo_server 127.0.0.1 7000      and      ./echo_client 127.0.0.1 7000 $(head -c 100000 /dev/zero | tr '\\0' "
      "x) | wc -c");
  Listener us;
  std::string message = counted_bytes(100'000);
  Program client("echo_client", {us.host(), us.port(), message});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == message);
  connection.exchange("Echo: " + message);
  CHECK(prints(client, "Echo: " + message));
  CHECK(client.exit_status() == 0);
}

TEST_CASE("02.6.1 The client prints the reply and a newline", "[program:echo_client][points:3][needs:02.5.1]") {
  because(
      "stdout is the client's result: the reply, then one newline, and nothing else, so that other programs can use "
      "it.");
  chapter("One send, many receives");
  by_hand("./echo_server 127.0.0.1 7000      and      ./echo_client 127.0.0.1 7000 Hello");
  Listener us;
  std::string message = random_text(12);
  Program client("echo_client", {us.host(), us.port(), message});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == message);
  connection.send("Echo: " + message);
  connection.finish_sending();
  CHECK(prints(client, "Echo: " + message));
  CHECK(client.exit_status() == 0);
}

TEST_CASE("02.6.2 A reply that arrives in pieces is printed whole", "[program:echo_client][points:3][needs:02.6.1]") {
  because(
      "One send of the server may take several recv calls here: the network cuts where it likes. The reply is complete "
      "when recv gives 0.");
  chapter("One send, many receives");
  by_hand(
      "(printf 'Echo: he'; sleep 1; printf llo) | nc -l -N 127.0.0.1 7000      and      ./echo_client 127.0.0.1 7000 "
      "hello");
  Listener us;
  Program client("echo_client", {us.host(), us.port(), "hello"});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == "hello");
  connection.send_piece("Echo: he");
  connection.send_piece("l");
  connection.send_piece("lo");
  connection.finish_sending();
  CHECK(prints(client, "Echo: hello"));
  CHECK(client.exit_status() == 0);
}

TEST_CASE("02.6.3 A reply that is longer or different is printed as it came",
          "[program:echo_client][points:2][needs:02.6.1]") {
  because(
      "The client shows what the server said. It must not cut the reply at the length it hoped for, nor at a zero "
      "byte; and after a newline of the server's it still prints its own.");
  chapter("One send, many receives");
  by_hand(
      "printf 'Echo: a\\0b and more' | nc -l -N 127.0.0.1 7000      and      ./echo_client 127.0.0.1 7000 hi | od -c");
  Listener us;
  Program client("echo_client", {us.host(), us.port(), "hi"});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == "hi");
  std::string reply = std::string("Ouch: \0\xff\n", 9) + random_bytes(40) + "\n";
  // As many bytes as it hoped for, and only then the others.
  connection.send_piece(reply.substr(0, 8));
  connection.send_piece(reply.substr(8, 20));
  connection.send(reply.substr(28));
  connection.finish_sending();
  CHECK(prints(client, reply));
}

TEST_CASE("02.6.4 What is cut short or interrupted is carried on", "[program:echo_client][points:3][needs:02.6.2]") {
  because(
      "send may take part of the message, recv may give part of the reply, and a signal may end either with EINTR "
      "before it has done anything. None of it is an error.");
  chapter("One send, many receives");
  by_hand("./echo_client 127.0.0.1 7000 hello      in gdb, interrupted with Ctrl-C and continued");
  Listener us;
  std::string message = random_text(60);
  Program client("echo_client", {us.host(), us.port(), message},
                 with(receives_at_most(4), sends_at_most(7), interrupts_every(3)));

  Peer connection = us.accept();
  CHECK(connection.receive_all() == message);
  connection.send("Echo: " + message);
  connection.finish_sending();
  CHECK(prints(client, "Echo: " + message));
  CHECK(client.exit_status() == 0);
}

//! [client]
TEST_CASE("02.7.1 A reply that ends too early is an error", "[program:echo_client][points:2][needs:02.6.1]") {
  because(
      "The end of the stream only says that the server stopped sending. Whether it said everything you must count "
      "yourself.");
  chapter("Reset, end of stream, silence");
  by_hand("printf 'Echo: he' | nc -l -N 127.0.0.1 7000      and      ./echo_client 127.0.0.1 7000 hello; echo $?");
  std::string part = GENERATE("Echo: he", "Echo: hell");
  Listener us;
  Program client("echo_client", {us.host(), us.port(), "hello"});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == "hello");
  connection.send(part);
  connection.finish_sending();
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("reply ended after " + std::to_string(part.size()) + " of 11 bytes"));
}
//! [client]

TEST_CASE("02.7.2 A server that hangs up without a word is an error", "[program:echo_client][points:1][needs:02.6.1]") {
  because("recv gives 0 at once. Zero bytes of eleven is not a reply.");
  chapter("Reset, end of stream, silence");
  by_hand("nc -l -N 127.0.0.1 7000 < /dev/null      and      ./echo_client 127.0.0.1 7000 hello; echo $?");
  Listener us;
  Program client("echo_client", {us.host(), us.port(), "hello"});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == "hello");
  connection.close();
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("echo_client: "));
}

TEST_CASE("02.7.3 A reset in the middle of the reply is an error", "[program:echo_client][points:1][needs:02.6.1]") {
  because(
      "A reset means that the server gave up. recv fails with ECONNRESET, which is something else than the end of the "
      "stream.");
  chapter("Reset, end of stream, silence");
  by_hand("a Python server that sends half, sets SO_LINGER to (1, 0) and closes");
  Listener us;
  Program client("echo_client", {us.host(), us.port(), "hello"});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == "hello");
  connection.send("Echo: he");
  connection.reset();
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("echo_client: "));
}

// What a peer can observe of deadline_client. Parts 06.1 to 06.4.
#include "harness.hpp"
#include "two_addresses.hpp"

using namespace harness;

namespace {

using Clock = std::chrono::steady_clock;

const std::string ample = "600000";  // milliseconds that no test takes

void chapter(const std::string& heading) { read_about("docs/06-timeouts.md \"" + heading + "\""); }

// What had arrived, with a newline after it or without.
bool printed(Program& client, const std::string& arrived) {
  Received output = client.output();
  if (output.bytes == arrived + "\n") output.bytes.pop_back();
  return output == arrived;
}

bool says_timed_out(Program& client) {
  return client.exit_status() == 1 && client.complains("timed out") && client.complains("deadline_client: ");
}

}  // namespace

TEST_CASE("06.1.1 A server that answers in time is answered as in lab 02", "[program:deadline_client][points:4]") {
  because("Limits that are not reached change nothing: the message, a half-close, the whole reply and one newline.");
  chapter("A connect with a limit");
  by_hand("./echo_server 127.0.0.1 7000 of lab 02      and      ./deadline_client 127.0.0.1 7000 Hello 60000 60000");
  Listener us;
  std::string message = "Hello " + random_text(6);
  Program client("deadline_client", {us.host(), us.port(), message, ample, ample});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == message);
  connection.send_piece("Echo: ");
  connection.send(message);
  connection.finish_sending();
  CHECK(client.output() == "Echo: " + message + "\n");
  CHECK(client.exit_status() == 0);
}

TEST_CASE("06.1.2 A connect that hangs is given up after CONNECT_MS",
          "[waits][program:deadline_client][points:4][needs:06.1.1]") {
  because(
      "When nothing comes back, connect waits for about two minutes. Let it begin without waiting (O_NONBLOCK), then "
      "wait yourself, with a limit, and asleep: who asks again and again keeps a core busy. And 300 ms are neither 0 "
      "seconds nor 1.");
  chapter("A connect with a limit");
  by_hand("time ./deadline_client 192.0.2.1 7000 Hello 300 60000      (an address that nobody has)");
  FullListener nobody;
  Program quick("deadline_client", {nobody.host(), nobody.port(), "Hello", "300", ample});
  Program slow("deadline_client", {nobody.host(), nobody.port(), "Hello", "1500", ample});
  Program patient("deadline_client", {nobody.host(), nobody.port(), "Hello", ample, ample});

  REQUIRE(ends_after(quick, Milliseconds(300)));
  REQUIRE(ends_after(slow, Milliseconds(1500)));
  CHECK(takes_at_most_of_a_core(0.1, patient));
  CHECK(says_timed_out(quick));
  CHECK(quick.complains("connect"));
}

TEST_CASE("06.1.3 A refusal is told at once, and as a refusal", "[program:deadline_client][points:2][needs:06.1.1]") {
  because(
      "The socket becomes writable when the attempt has ended, however it ended. SO_ERROR tells how, and only once.");
  chapter("A connect with a limit");
  by_hand("./deadline_client 127.0.0.1 1 Hello 60000 60000; echo $?");
  ClosedPort nobody;
  Program client("deadline_client", {"127.0.0.1", nobody.port(), "Hello", ample, ample});

  REQUIRE(ends_within(client, Milliseconds(0), Clock::now()));
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("refused"));
  CHECK(client.complains("deadline_client: "));

  // Whoever may be there, the lowest port is one like any other and no wrong usage.
  Program lowest("deadline_client", {"127.0.0.1", "1", "Hello", "1000", "1000"});
  CHECK(lowest.accepts_its_arguments());
}

TEST_CASE("06.1.4 Wrong arguments get a usage line and status 2", "[program:deadline_client][points:1][needs:06.1.1]") {
  because(
      "A limit of 0 would mean \"at once\" to one reader and \"never\" to another, and to SO_RCVTIMEO it means for "
      "ever. So it is refused.");
  chapter("Limits as arguments");
  by_hand("./deadline_client 127.0.0.1 7000 Hello 0 1000; echo $?");
  auto arguments = GENERATE(std::vector<std::string>{}, std::vector<std::string>{"127.0.0.1", "7", "m", "1000"},
                            std::vector<std::string>{"127.0.0.1", "7", "m", "0", "1000"},
                            std::vector<std::string>{"127.0.0.1", "7", "m", "1000", "0"},
                            std::vector<std::string>{"127.0.0.1", "7", "m", "soon", "1000"},
                            std::vector<std::string>{"127.0.0.1", "7", "m", "1000", "1000ms"},
                            std::vector<std::string>{"127.0.0.1", "7", "m", "-1", "1000"},
                            std::vector<std::string>{"127.0.0.1", "0", "m", "1000", "1000"});
  Program client("deadline_client", arguments);
  CHECK(client.exit_status() == 2);
  CHECK(client.prints_usage());
}

TEST_CASE("06.2.1 When the first address hangs the second is tried",
          "[waits][program:deadline_client][points:3][needs:06.1.1]") {
  because(
      "A name may have an address that swallows everything. CONNECT_MS is for each address, so the next has it whole.");
  chapter("Each address has its own limit");
  by_hand("./deadline_client localhost 7000 Hello 500 60000      with a full queue on ::1 and nc on 127.0.0.1");
  TwoAddresses name;
  if (!name.found()) SKIP("this machine has no name with two addresses");
  Listener& us = name.listen_on_second();
  FullListener nobody(name.first(), us.endpoint().port);
  Program client("deadline_client", {name.text(), us.port(), "Hello", std::to_string(stretched(1000).count()), ample});

  Peer connection = us.accept();
  CHECK(is_no_later(client.age(), stretched(1000), "the second address is tried"));
  CHECK(connection.receive_all() == "Hello");
  connection.send("Echo: Hello");
  connection.finish_sending();
  CHECK(client.output() == "Echo: Hello\n");
  CHECK(client.exit_status() == 0);
}

TEST_CASE("06.2.2 When no address can be reached the reason of the last is told",
          "[program:deadline_client][points:1][extra][needs:06.1.3]") {
  because(
      "Whoever reads the message wants to know what to do. The last address refused, so a program is missing there and "
      "not a network.");
  chapter("Each address has its own limit");
  by_hand("./deadline_client localhost 7000 Hello 500 60000      with a full queue on ::1 and nobody on 127.0.0.1");
  TwoAddresses name;
  if (!name.found()) SKIP("this machine has no name with two addresses");
  std::string port = name.close_second();
  FullListener nobody(name.first(), static_cast<std::uint16_t>(std::stoi(port)));
  Program client("deadline_client", {name.text(), port, "Hello", std::to_string(stretched(700).count()), ample});

  CHECK(client.exit_status() == 1);
  CHECK(client.complains("refused"));
}

TEST_CASE("06.2.3 TOTAL_MS holds while connecting too", "[waits][program:deadline_client][points:2][needs:06.1.1]") {
  because(
      "Everything together has TOTAL_MS. What is left of it is all that a connect may have, whatever CONNECT_MS says.");
  chapter("Each address has its own limit");
  by_hand("time ./deadline_client 192.0.2.1 7000 Hello 60000 300");
  FullListener nobody;
  Program quick("deadline_client", {nobody.host(), nobody.port(), "Hello", ample, "300"});
  Program slow("deadline_client", {nobody.host(), nobody.port(), "Hello", ample, "1500"});

  REQUIRE(ends_after(quick, Milliseconds(300)));
  REQUIRE(ends_after(slow, Milliseconds(1500)));
  CHECK(says_timed_out(quick));
  CHECK(quick.complains("connect"));
}

TEST_CASE("06.2.4 What connecting has taken is missing afterwards",
          "[waits][program:deadline_client][points:1][extra][needs:06.2.3]") {
  because("TOTAL_MS counts from the start. An address that was tried in vain has used up a part of it.");
  chapter("Each address has its own limit");
  by_hand(
      "time ./deadline_client localhost 7000 Hello 1400 1500      with a full queue on ::1 and a silent server on "
      "127.0.0.1");
  TwoAddresses name;
  if (!name.found()) SKIP("this machine has no name with two addresses");
  Listener& us = name.listen_on_second();
  FullListener nobody(name.first(), us.endpoint().port);
  // Stretched like the upper bounds, so that who starts anew after connecting is too late on every machine.
  Milliseconds total = 3 * latest_after(Milliseconds(0)) / 2;
  Program client("deadline_client", {name.text(), us.port(), "Hello", std::to_string(total.count() * 14 / 15),
                                     std::to_string(total.count())});

  REQUIRE(ends_after(client, total));
  CHECK(says_timed_out(client));
}

TEST_CASE("06.3.1 A server that does not read cannot hold the client",
          "[waits][program:deadline_client][points:3][needs:06.1.1]") {
  because(
      "When the buffers on the way are full, send waits for the server to read. That wait needs the deadline as much "
      "as receiving does, and it is a wait: trying to send again and again keeps a core busy.");
  chapter("A send can wait too");
  by_hand(
      "a Python server with SO_RCVBUF 2048 that accepts and sleeps      and      time ./deadline_client 127.0.0.1 7000 "
      "$(head -c 100000 /dev/zero | tr '\\0' x) 1000 1500");
  Listener us;
  take_little(us);
  std::string message = counted_bytes(100'000);
  Program quick("deadline_client", {us.host(), us.port(), message, ample, "300"});
  Program slow("deadline_client", {us.host(), us.port(), message, ample, "1500"});
  Program patient("deadline_client", {us.host(), us.port(), message, ample, ample});

  REQUIRE(ends_after(quick, Milliseconds(300)));
  REQUIRE(ends_after(slow, Milliseconds(1500)));
  CHECK(takes_at_most_of_a_core(0.1, patient));
  CHECK(says_timed_out(quick));
}

TEST_CASE("06.3.2 A message that goes out little by little arrives whole",
          "[waits][program:deadline_client][points:2][extra][needs:06.1.1]") {
  because(
      "On a non-blocking socket send takes what fits and no more, or fails with EAGAIN when nothing fits. Neither is "
      "an error: wait and go on where it stopped.");
  chapter("A send can wait too");
  by_hand("a Python server with SO_RCVBUF 2048 that waits a second before it reads");
  Listener us;
  take_little(us);
  std::string message = counted_bytes(100'000);
  Program client("deadline_client", {us.host(), us.port(), message, ample, ample});

  Peer connection = us.accept();
  client.wait_until_idle();  // it can send no more
  CHECK(connection.receive_all() == message);
  connection.send("Echo: " + message);
  connection.finish_sending();
  CHECK(client.output() == "Echo: " + message + "\n");
  CHECK(client.exit_status() == 0);
}

TEST_CASE("06.4.1 A server that stays silent is given up after TOTAL_MS",
          "[waits][program:deadline_client][points:3][needs:06.1.1]") {
  because(
      "A peer that has nothing to say and one that will never say anything look the same. Only a clock tells them "
      "apart. Let poll look at it: a loop that asks again and again keeps a core busy.");
  chapter("Timeouts and deadlines");
  by_hand(
      "python3 -c \"import socket; c, _ = socket.create_server(('127.0.0.1', 7000)).accept(); input()\"      and      "
      "time ./deadline_client 127.0.0.1 7000 Hello 1000 300");
  Listener us;
  Program quick("deadline_client", {us.host(), us.port(), "Hello", ample, "300"});
  Program slow("deadline_client", {us.host(), us.port(), "Hello", ample, "1500"});
  Program patient("deadline_client", {us.host(), us.port(), "Hello", ample, ample});

  REQUIRE(ends_after(quick, Milliseconds(300)));
  REQUIRE(ends_after(slow, Milliseconds(1500)));
  CHECK(takes_at_most_of_a_core(0.1, patient));
  CHECK(says_timed_out(quick));
}

TEST_CASE("06.4.2 A byte now and then does not win more time",
          "[waits][program:deadline_client][points:3][needs:06.1.1]") {
  because(
      "A timeout that begins anew with each recv never ends as long as something comes. Fix one deadline, and give "
      "each wait what is left of it.");
  chapter("Timeouts and deadlines");
  by_hand(
      "python3 -c \"import socket; c, _ = socket.create_server(('127.0.0.1', 7000)).accept(); [c.send(b'x') or "
      "__import__('time').sleep(0.1) for i in range(99)]\"      and      time ./deadline_client 127.0.0.1 7000 Hello "
      "1000 1000");
  Listener us;
  Program client("deadline_client", {us.host(), us.port(), "Hello", ample, "1000"});

  Peer connection = us.accept();
  keep_doing(client, Milliseconds(100), Milliseconds(1000), [&] { connection.send("x"); });
  REQUIRE(ends_after(client, Milliseconds(1000)));
  CHECK(says_timed_out(client));
}

TEST_CASE("06.4.3 What had arrived is on stdout when the time is over",
          "[waits][program:deadline_client][points:2][needs:06.1.1]") {
  because("Half a reply is worth something to whoever asked. The exit status and stderr say that it is not all.");
  chapter("What had arrived");
  by_hand(
      "python3 -c \"import socket; c, _ = socket.create_server(('127.0.0.1', 7000)).accept(); c.send(b'Echo: he'); "
      "input()\"      and      ./deadline_client 127.0.0.1 7000 hello 1000 1000");
  Listener us;
  Program client("deadline_client", {us.host(), us.port(), "hello", ample, std::to_string(stretched(1500).count())});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == "hello");
  connection.send_piece("Echo: ");
  connection.send_piece("he");
  REQUIRE(ends_after(client, stretched(1500)));
  CHECK(printed(client, "Echo: he"));
  CHECK(says_timed_out(client));
}

TEST_CASE("06.4.4 A reply that comes late, but within its limit, is taken",
          "[waits][program:deadline_client][points:2][needs:06.1.1]") {
  because(
      "CONNECT_MS is for connecting and ends with it. A timer that goes on, or a socket that is left non-blocking "
      "without a wait, gives up on a server that is just slow. The reply is printed as it came, and this one is longer "
      "than an echo.");
  chapter("Timeouts and deadlines");
  by_hand(
      "python3 -c \"import socket; c, _ = socket.create_server(('127.0.0.1', 7000)).accept(); input(); c.send(b'Echo: "
      "Hello')\"      and      ./deadline_client 127.0.0.1 7000 Hello 1000 60000, and Enter after two seconds");
  Listener us;
  Program client("deadline_client", {us.host(), us.port(), "Hello", std::to_string(stretched(1000).count()), ample});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == "Hello");
  pass_time(client, Clock::now() + stretched(1100));
  connection.send("Echo: Hello, at last");
  connection.finish_sending();
  CHECK(client.output() == "Echo: Hello, at last\n");
  CHECK(client.exit_status() == 0);
}

TEST_CASE("06.4.5 A reply that ends too early is an error", "[program:deadline_client][points:1][needs:06.1.1]") {
  because("The end of the stream is not the end of the time: it is told at once, and it is not \"timed out\".");
  chapter("What had arrived");
  by_hand(
      "python3 -c \"import socket; c, _ = socket.create_server(('127.0.0.1', 7000)).accept(); c.send(b'Echo: he'); "
      "c.shutdown(1)\"      and      ./deadline_client 127.0.0.1 7000 hello 1000 60000; echo $?");
  Listener us;
  Program client("deadline_client", {us.host(), us.port(), "hello", ample, ample});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == "hello");
  connection.send("Echo: he");
  connection.finish_sending();
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("reply ended after 8 of 11 bytes"));
}

TEST_CASE("06.4.6 A client that was stopped and continued goes on waiting",
          "[waits][program:deadline_client][points:2][extra][needs:06.1.1]") {
  because(
      "Ctrl-Z and fg interrupt some waits: they fail with EINTR. That is neither an answer nor the end of the time.");
  chapter("Interrupted waits");
  by_hand(
      "python3 -c \"import socket; c, _ = socket.create_server(('127.0.0.1', 7000)).accept(); input(); c.send(b'Echo: "
      "Hello')\"      and      ./deadline_client 127.0.0.1 7000 Hello 1000 60000, Ctrl-Z, fg, then Enter in Python");
  Listener us;
  Program client("deadline_client", {us.host(), us.port(), "Hello", ample, ample});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == "Hello");
  for (int round = 0; round < 3; ++round) {
    client.wait_until_idle();
    client.stop();
    client.resume();
  }
  connection.send_piece("Echo: He");
  connection.send("llo");
  connection.finish_sending();
  CHECK(client.output() == "Echo: Hello\n");
  CHECK(client.exit_status() == 0);
}

TEST_CASE("06.4.7 Being stopped and continued does not start the clock anew",
          "[waits][program:deadline_client][points:2][extra][needs:06.4.1]") {
  because("A wait that was interrupted goes on for what is left of its time, not for the whole of it again.");
  chapter("Interrupted waits");
  by_hand(
      "python3 -c \"import socket; c, _ = socket.create_server(('127.0.0.1', 7000)).accept(); input()\"      and      "
      "./deadline_client 127.0.0.1 7000 Hello 1000 1500, again and again Ctrl-Z and fg");
  Listener us;
  Program client("deadline_client", {us.host(), us.port(), "Hello", ample, "1500"});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == "Hello");
  keep_doing(client, Milliseconds(300), Milliseconds(1500), [&] {
    client.stop();
    client.resume();
  });
  REQUIRE(ends_after(client, Milliseconds(1500)));
  CHECK(says_timed_out(client));
}

TEST_CASE("06.4.8 A stop past the deadline ends the client as soon as it goes on",
          "[waits][program:deadline_client][points:2][extra][needs:06.4.1]") {
  because("The deadline is a point in time. It passes for a stopped program too.");
  chapter("Interrupted waits");
  by_hand(
      "python3 -c \"import socket; c, _ = socket.create_server(('127.0.0.1', 7000)).accept(); input()\"      and      "
      "./deadline_client 127.0.0.1 7000 Hello 1000 2000, Ctrl-Z, after three seconds fg");
  // Longer than what "at once" may take here, so that whoever starts anew is too late.
  Milliseconds total = 2 * latest_after(Milliseconds(0));
  Listener us;
  Program client("deadline_client", {us.host(), us.port(), "Hello", ample, std::to_string(total.count())});

  Peer connection = us.accept();
  CHECK(connection.receive_all() == "Hello");
  client.wait_until_idle();
  client.stop();
  pass_time(client, Clock::now() + total);
  Clock::time_point continued = Clock::now();
  client.resume();
  REQUIRE(ends_within(client, Milliseconds(0), continued));
  CHECK(says_timed_out(client));
}

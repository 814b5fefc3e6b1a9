// What a peer can observe of idle_server. Parts 06.7 to 06.9.
#include <cerrno>
#include <csignal>

#include "closing.hpp"
#include "harness.hpp"

using namespace harness;

namespace {

using Clock = std::chrono::steady_clock;

std::vector<std::string> anywhere(Milliseconds idle) { return {"127.0.0.1", "0", std::to_string(idle.count())}; }

void chapter(const std::string& heading) { read_about("docs/06-timeouts.md \"" + heading + "\""); }

}  // namespace

TEST_CASE("06.7.1 A client that stays silent is closed after IDLE_MS", "[waits][program:idle_server][points:4]") {
  because(
      "A client that has lost its power never says goodbye. Without a clock its connection stays for ever, and its "
      "descriptor with it.");
  chapter("One clock for each connection");
  by_hand("./idle_server 127.0.0.1 7000 1500      and      time nc -d 127.0.0.1 7000");
  Program quick("idle_server", anywhere(Milliseconds(300))), slow("idle_server", anywhere(Milliseconds(1500)));
  Endpoint where = quick.listening_on(), there = slow.listening_on();

  std::vector<Peer> clients;
  Moment first = when([&] { clients.push_back(Peer::connect(where, "client 1")); });
  Moment second = when([&] { clients.push_back(Peer::connect(there, "client 2")); });
  REQUIRE(is_closed_after(clients[0], Milliseconds(300), first));
  REQUIRE(is_closed_after(clients[1], Milliseconds(1500), second));
  CHECK(says_why(quick));
  CHECK(Peer::connect(where, "the next").connected());
}

TEST_CASE("06.7.2 SIGTERM ends the server with status 0", "[program:idle_server][points:1][needs:06.7.1]") {
  because(
      "The server is asked to end, and does. Its clients have nothing under way. Until then it sleeps: looking at the "
      "clock again and again keeps a core busy.");
  chapter("One clock for each connection");
  by_hand("./idle_server 127.0.0.1 7000 60000; echo $?      and      kill -TERM its pid");
  Program server("idle_server", anywhere(Milliseconds(600'000)));
  Peer client = server.connect();

  CHECK(client.connected());
  server.wait_until_idle();
  CHECK(takes_at_most_of_a_core(0.1, server));
  server.signal(SIGTERM);
  CHECK(server.exit_status() == 0);
}

TEST_CASE("06.7.3 Wrong arguments get a usage line and status 2", "[program:idle_server][points:1][needs:06.7.1]") {
  because("A limit is a number of milliseconds, all digits.");
  chapter("Limits as arguments");
  by_hand("./idle_server 127.0.0.1 7000 soon; echo $?");
  auto arguments = GENERATE(
      std::vector<std::string>{}, std::vector<std::string>{"127.0.0.1", "0"},
      std::vector<std::string>{"127.0.0.1", "0", "soon"}, std::vector<std::string>{"127.0.0.1", "0", "10s"},
      std::vector<std::string>{"127.0.0.1", "0", "-5"}, std::vector<std::string>{"127.0.0.1", "65536", "1000"});
  Program server("idle_server", arguments);
  CHECK(server.exit_status() == 2);
  CHECK(server.prints_usage());
}

TEST_CASE("06.7.4 Each silent client is closed on time, whoever came first",
          "[waits][program:idle_server][points:1][extra][needs:06.9.1]") {
  because(
      "The server sleeps until the earliest of all clocks runs out. Who looks only at the first, at the last or at the "
      "one that spoke just now wakes up when another has been late for long.");
  chapter("One clock for each connection");
  by_hand(
      "./idle_server 127.0.0.1 7000 4000      and      time nc -d 127.0.0.1 7000      between two persistent_clients, "
      "both with one line after three seconds");
  // So long that who waits for the others is too late.
  const Milliseconds idle = 2 * latest_after(Milliseconds(0));
  Program server("idle_server", anywhere(idle));
  Endpoint where = server.listening_on();
  Peer first = Peer::connect(where, "the first");
  std::vector<Peer> silent;
  Moment since = when([&] { silent.push_back(Peer::connect(where, "the silent one")); });
  Peer last = Peer::connect(where, "the last");

  pass_time(server, Clock::now() + idle * 6 / 10);
  REQUIRE((is_served(first) && is_served(last)));
  CHECK(is_closed_after(silent[0], idle, since));
  CHECK((is_served(first) && is_served(last)));
}

TEST_CASE("06.8.1 A client that stops in the middle of a frame is closed IDLE_MS after its first byte",
          "[waits][program:idle_server][points:4][needs:06.7.1]") {
  because(
      "A frame that has begun is waited for like one that has not. Its clock starts with its first byte, be it of the "
      "length or of the payload.");
  chapter("A frame has to be complete in time");
  by_hand("./idle_server 127.0.0.1 7000 1000      and      (sleep 0.5; printf '\\0\\0'; sleep 9) | nc 127.0.0.1 7000");
  Program server("idle_server", anywhere(stretched(1000)));
  Endpoint where = server.listening_on();
  std::vector<Peer> clients;
  for (const char* name : {"client 1", "client 2"}) clients.push_back(Peer::connect(where, name));

  // Later than the silence began, so that the two clocks can be told apart.
  pass_time(server, Clock::now() + stretched(500));
  Moment length = when([&] { clients[0].send(frame("").substr(0, 2)); });
  Moment payload = when([&] { clients[1].send(frame("half of it").substr(0, 9)); });
  REQUIRE(is_closed_after(clients[0], stretched(1000), length));
  REQUIRE(is_closed_after(clients[1], stretched(1000), payload));
  CHECK(says_why(server));
}

TEST_CASE("06.8.2 A byte of a frame now and then does not win more time",
          "[waits][program:idle_server][points:2][extra][needs:06.8.1]") {
  because(
      "If every byte starts the clock anew, a client can stay for years with one frame. That is an old way to use up a "
      "server (slow loris). The bytes of the length are bytes of the frame.");
  chapter("A frame has to be complete in time");
  by_hand(
      "./idle_server 127.0.0.1 7000 1000      and      (printf '\\0\\0\\1\\0'; while sleep 0.1; do printf x; done) | "
      "nc 127.0.0.1 7000");
  // So long that who starts anew with the last byte of the length is too late.
  const Milliseconds idle = stretched(1500);
  Program server("idle_server", anywhere(idle));
  std::string bytes = frame(std::string(1000, 'x'));
  std::vector<Peer> clients;
  for (const char* name : {"client 1", "client 2"}) clients.push_back(Peer::connect(server.listening_on(), name));

  Moment begun = when([&] {
    clients[0].send(bytes.substr(0, 4));
    clients[1].send(bytes.substr(0, 1));
  });
  bool complete = false;
  auto drip = [&] {
    clients[0].send("x");
    if (complete || Clock::now() < begun.before + idle * 85 / 100) return;
    clients[1].send(bytes.substr(1, 3));
    complete = true;
  };
  CHECK(is_closed_after(clients[0], idle, begun, Milliseconds(100), drip));
  CHECK(is_closed_after(clients[1], idle, begun));
}

TEST_CASE("06.8.3 A frame that begins late has the whole limit for itself",
          "[waits][program:idle_server][points:2][extra][needs:06.9.1]") {
  because(
      "The clock of the silence ends when a frame begins, and the clock of the frame ends when it is complete. Then a "
      "new silence begins.");
  chapter("A frame has to be complete in time");
  by_hand(
      "./idle_server 127.0.0.1 7000 2000      and      (sleep 1.2; printf '\\0\\0\\0\\2h'; sleep 1.2; printf i; sleep "
      "9) | nc 127.0.0.1 7000");
  Program server("idle_server", anywhere(stretched(1200)));
  Peer client = server.connect();

  for (int round = 0; round < 2; ++round) {
    pass_time(server, Clock::now() + stretched(650));
    client.send_piece(frame("hi").substr(0, 5));
    pass_time(server, Clock::now() + stretched(650));
    client.send("i");
    CHECK(client.receive(12) == frame("Echo: hi"));
  }
}

TEST_CASE("06.9.1 Frames are answered as in lab 04", "[program:idle_server][points:3][needs:06.7.1]") {
  because(
      "Limits that are not reached change nothing: every frame is answered, in order, however it is cut, and the "
      "connection goes on.");
  chapter("Answers have to be taken");
  by_hand(
      "./idle_server 127.0.0.1 7000 60000      and      .build/solutions/04-persistent-connections/persistent_client "
      "127.0.0.1 7000");
  Program server("idle_server", anywhere(Milliseconds(600'000)));
  Peer client = server.connect();

  CHECK(is_served(client));
  client.send(frame("one") + frame("") + frame("three").substr(0, 6));
  CHECK(client.receive(13 + 10) == frame("Echo: one") + frame("Echo: "));
  client.send_piece("r");
  client.send("ee");
  CHECK(client.receive(15) == frame("Echo: three"));
  CHECK(is_served(client, 100'000));
  client.finish_sending();
  CHECK(client.receive_all() == "");
}

TEST_CASE("06.9.2 Who is busy never notices that a silent one is closed",
          "[waits][program:idle_server][points:4][needs:06.9.1]") {
  because(
      "One clock for all is moved by everybody: the busy keep the silent alive, or are closed with them. Each "
      "connection has its own, and gives its descriptor back when it is closed.");
  chapter("One clock for each connection");
  by_hand(
      "./idle_server 127.0.0.1 7000 3000      with one silent nc and one persistent_client that gets a line each "
      "second");
  Program server("idle_server", anywhere(stretched(1000)));
  Endpoint where = server.listening_on();
  Peer early = Peer::connect(where, "the busy one");
  std::vector<Peer> silent;
  Moment since = when([&] { silent.push_back(Peer::connect(where, "the silent one")); });
  Peer late = Peer::connect(where, "the other busy one");

  auto busy = [&] { REQUIRE((is_served(early) && is_served(late))); };
  busy();
  std::size_t with_all = open_descriptors(server.pid());
  REQUIRE(is_closed_after(silent[0], stretched(1000), since, stretched(250), busy));
  CHECK(settles_at_most(
      with_all - 1, [&server] { return open_descriptors(server.pid()); }, "open descriptors"));
  CHECK(says_why(server));
  for (int i = 0; i < 4; ++i) {
    pass_time(server, Clock::now() + stretched(250));
    busy();
  }
}

TEST_CASE("06.9.3 Silence counts from the last answer", "[waits][program:idle_server][points:2][extra][needs:06.9.1]") {
  because(
      "Whoever has just been served is not silent. The limit is for the time without a frame, not for the life of a "
      "connection.");
  chapter("One clock for each connection");
  by_hand(
      "./idle_server 127.0.0.1 7000 2000      and      (sleep 1.5; printf '\\0\\0\\0\\2hi'; sleep 9) | nc 127.0.0.1 "
      "7000");
  Program server("idle_server", anywhere(stretched(1000)));
  Peer client = server.connect();

  pass_time(server, Clock::now() + stretched(500));
  Moment served = when([&] { REQUIRE(is_served(client)); });
  CHECK(is_closed_after(client, stretched(1000), served));
}

TEST_CASE("06.9.4 A client that does not take its answers is closed after IDLE_MS",
          "[waits][program:idle_server][points:2][extra][needs:06.9.1]") {
  because(
      "A client that sends and never reads costs memory as long as it stays. When not a byte of its answers has gone "
      "for IDLE_MS, it goes.");
  chapter("Answers have to be taken");
  by_hand(
      "./idle_server 127.0.0.1 7000 1000      and a Python client that sends a hundred frames of 100,000 bytes and "
      "reads nothing");
  Program server("idle_server", anywhere(stretched(1000)));
  Endpoint where = server.listening_on();
  Peer client = connect_narrow(where);

  std::string requests;
  for (int i = 0; i < 40; ++i) requests += frame(counted_bytes(100'000));
  Moment full = when([&] { send_what_fits(client, requests); });
  Peer neighbour = Peer::connect(where, "the neighbour");
  CHECK(is_closed_after(client, stretched(1000), full, stretched(250), [&] { REQUIRE(is_served(neighbour)); }));
  CHECK(says_why(server));
}

TEST_CASE("06.9.5 A client that takes its answer slowly gets all of it",
          "[waits][program:idle_server][points:2][extra][needs:06.9.1]") {
  because(
      "A slow network is no crime. As long as some bytes go within IDLE_MS, the answer may take as long as it takes.");
  chapter("Answers have to be taken");
  by_hand("./idle_server 127.0.0.1 7000 1000      and a Python client that reads 50,000 bytes every 300 ms");
  if (!keep_send_buffers_small()) SKIP("the system's buffers cannot be kept small here");
  Program server("idle_server", anywhere(stretched(1000)));
  Peer client = connect_narrow(server.listening_on());

  std::string payload = counted_bytes(400'000), answer = frame("Echo: " + payload);
  client.send(frame(payload));
  std::size_t taken = 0;
  for (int step = 0; step < 6; ++step, taken += 50'000) {
    pass_time(server, Clock::now() + stretched(300));
    REQUIRE(client.receive(50'000) == answer.substr(taken, 50'000));
  }
  // When the last of it has been handed to the system our silence begins.
  CHECK(client.receive(answer.size() - taken) == answer.substr(taken));
}

TEST_CASE("06.9.6 A client that asks for more, and takes nothing, is closed after IDLE_MS as well",
          "[waits][program:idle_server][points:1][extra][needs:06.9.1]") {
  because(
      "A request that is complete ends a silence, but no debt: as long as answers wait, only a byte that the client "
      "takes wins it time.");
  chapter("Answers have to be taken");
  by_hand(
      "in a network of your own (unshare -rn, ip link set lo up) with small buffers (sysctl -w net.ipv4.tcp_wmem='4096 "
      "16384 65536'): ./idle_server 127.0.0.1 7000 1000, and a Python client that sends a frame of 400,000 bytes, then "
      "a small one every 300 ms, and reads nothing");
  if (!keep_send_buffers_small()) SKIP("the system's buffers cannot be kept small here");
  Program server("idle_server", anywhere(stretched(1000)));
  Peer client = connect_narrow(server.listening_on());
  Moment waits = when([&] {
    // Too much for the buffers on the way, and little enough for the server to go on reading.
    client.send(frame(counted_bytes(150'000)));
    server.wait_until_idle();
  });
  CHECK(is_closed_after(client, stretched(1000), waits, stretched(250), [&] { client.send(frame("more")); }));
}

TEST_CASE("06.9.7 A length over the limit ends that connection, after the answers owed",
          "[program:idle_server][points:1][needs:06.9.1]") {
  because(
      "As in lab 04: who sends a length that nobody can believe is sent away, but what was asked before is answered. "
      "Clocks change nothing about that.");
  read_about("docs/04-persistent-connections.md \"A length that nobody can believe\"");
  by_hand("send a frame of 240,000 bytes and then four times 0xff, wait a second, and read");
  Program server("idle_server", anywhere(Milliseconds(600'000)));
  Endpoint where = server.listening_on();
  Peer neighbour = Peer::connect(where, "the neighbour"), client = connect_narrow(where);

  // Most of the answer is still with the server when it reads the length.
  std::string payload = counted_bytes(240'000), answer = frame("Echo: " + payload);
  client.send(frame(payload) + "\xff\xff\xff\xff");
  server.wait_until_idle();
  REQUIRE(client.receive(answer.size()) == answer);
  // Both an end of stream and a reset will do.
  Received end = client.receive_all();
  if (end.ending == Ending::reset) end.ending = end.wanted;
  CHECK(end == "");
  CHECK(is_served(neighbour));
}

TEST_CASE("06.9.8 Short counts, interrupted calls and a lost accept change nothing",
          "[program:idle_server][points:1][extra][needs:06.9.1]") {
  because(
      "A signal may end a call that waits with EINTR, and send and recv may take less than all. accept may fail with "
      "ECONNABORTED, when a client has left before its turn. None of that is an error, and no clock runs out by it.");
  read_about("docs/04-persistent-connections.md \"Wait for all of them at once\"");
  by_hand("hard to bring about by hand; look what your program does when poll gives -1 and errno is EINTR");
  Program server("idle_server", anywhere(Milliseconds(600'000)),
                 with(receives_at_most(700), sends_at_most(500), interrupts_every(3), accept_fails_once(ECONNABORTED)));
  Endpoint where = server.listening_on();
  Peer idle = Peer::connect(where, "an idle client");
  REQUIRE(is_served(idle));
  for (int i = 1; i <= 3; ++i) {
    Peer each = Peer::connect(where, "client " + std::to_string(i));
    REQUIRE(is_served(each, 9'000));
  }
  CHECK(is_served(idle));
}

TEST_CASE("06.9.9 A client that resets or vanishes costs only its own conversation",
          "[program:idle_server][points:1][extra][needs:06.9.1]") {
  because(
      "recv fails with ECONNRESET, send with EPIPE, and SIGPIPE would end the program. All that is the end of one "
      "conversation, long before its clock.");
  read_about("docs/04-persistent-connections.md \"The end of a conversation\"");
  by_hand(
      "python3 -c \"import socket, struct; s = socket.create_connection(('127.0.0.1', 7000)); "
      "s.send(b'\\0\\0\\0\\5he'); s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); "
      "s.close()\"");
  Program server("idle_server", anywhere(Milliseconds(600'000)));
  Endpoint where = server.listening_on();
  Peer first = Peer::connect(where, "the first client"), witness = Peer::connect(where, "another client");
  REQUIRE((is_served(first) && is_served(witness)));
  server.wait_until_idle();
  std::size_t with_all = open_descriptors(server.pid());

  // Whoever keeps its clients in a list has a gap at its front now.
  first.reset();
  REQUIRE(is_served(witness));
  for (std::size_t kept : {0UL, 2UL, 6UL, 9UL}) {
    Peer rude = Peer::connect(where, "one that resets");
    rude.send_piece(frame("hello").substr(0, kept));
    rude.reset();
  }
  // Leaves with answers on their way, so that one send or another finds it gone.
  for (int i = 0; i < 3; ++i) {
    Peer leaves = Peer::connect(where, "one that leaves its answers");
    REQUIRE(is_served(leaves, 100'000));
    server.wait_until_idle();
    server.stop();
    leaves.send(frame(counted_bytes(10'000)) + frame(counted_bytes(90'000)));
    leaves.wait_until_delivered();
    leaves.close();
    server.resume();
    REQUIRE(is_served(witness));
  }
  // And one whose answers have no room on the way: whoever forgets the error sends to it for ever.
  Peer full = connect_narrow(where);
  full.send(frame(counted_bytes(240'000)));
  server.wait_until_idle();
  full.reset();
  REQUIRE(is_served(witness));
  Peer halfway = Peer::connect(where, "one that ends inside a frame");
  halfway.send(frame("whole") + frame("never whole").substr(0, 6));
  halfway.finish_sending();
  CHECK(halfway.receive_all() == frame("Echo: whole"));
  halfway.close();
  CHECK(is_served(witness));
  CHECK(settles_at_most(
      with_all - 1, [&server] { return open_descriptors(server.pid()); }, "open descriptors"));
}

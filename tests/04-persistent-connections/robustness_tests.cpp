// What happens to persistent_server in a bad hour: parts 04.7 to 04.9, all extra.
#include <unistd.h>

#include <csignal>

#include "frames.hpp"

using namespace harness;

namespace {

const std::vector<std::string> anywhere{"127.0.0.1", "0"};

void chapter(const std::string& heading) { read_about("docs/04-persistent-connections.md \"" + heading + "\""); }

// Limits for a thousand clients, whatever each of them costs the program.
Options for_a_thousand() {
  Options options;
  options.descriptors = 4096;
  options.processes = 4096;
  options.memory = 4 * 1024 * 1024;
  return options;
}

// Time until the program has to be gone after a signal to stop.
Milliseconds time_to_stop() { return Milliseconds(static_cast<long>(3000 * speed_factor())); }

// Ended in time after a signal to stop at `since`, with status 0.
bool stopped_in_time(Program& server, std::chrono::steady_clock::time_point since) {
  Exit exit = server.exit_status();
  auto taken = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - since);
  if (exit.kind != Exit::Kind::running && taken > time_to_stop()) {
    Story::current().time_decided();
    Story::current().mismatch("its end within " + std::to_string(time_to_stop().count()) + " ms",
                              std::to_string(taken.count()) + " ms");
    return false;
  }
  return exit == 0;
}

// Gives the program time to do what it does about a signal: until it has ended or only waits. Not for long, because it
// need not wait for us for more than 2 seconds.
void let_it_react(Program& program) {
  Deadline enough(Milliseconds(1000));
  for (int quiet_looks = 0; quiet_looks < 5 && program.state().kind == Exit::Kind::running && !enough.passed();
       ::usleep(4000))
    quiet_looks = nobody_runs(program.pid()) ? quiet_looks + 1 : 0;
}

// Waits until the server has taken the client: a connection in the queue is owed nothing when the server stops, and one
// whose accept has failed once may rest before the next.
void become_a_client(Peer& client) {
  client.send(frame("hello"));
  CHECK(client.receive(answer("hello").size()) == answer("hello"));
}

// A whole number of answers, and in order; at least one, unless a reset has cut them.
// \param may_be_cut the last may be cut by a reset: the program has handed it to the system, but closed with requests
// unread
bool whole_answers(Received received, const std::string& payload, bool may_be_cut) {
  std::string one = answer(payload), expected;
  std::size_t whole = std::max<std::size_t>(received.bytes.size() / one.size(), 1);
  bool reset = received.ending == Ending::reset;
  if (reset && may_be_cut) {
    whole = received.bytes.size() / one.size();
    received.bytes.resize(whole * one.size());
  }
  if (received.bytes.size() > whole * one.size()) ++whole;
  for (std::size_t i = 0; i < whole; ++i) expected += one;
  if (reset) received.ending = received.wanted;
  return received == expected;
}

}  // namespace

TEST_CASE("04.7.1 A client that never reads costs a bounded amount of memory",
          "[program:persistent_server][points:6][extra][needs:04.3.5]") {
  because(
      "Answers that nobody takes pile up. While too many of them wait, stop reading from that client: its own send "
      "will wait in the end (backpressure). 32 MiB is the most that the program may grow.");
  chapter("A client that never reads");
  by_hand("yes | tr -d '\\n' ...      or a Python client that sends and never receives; look at ps -o rss");
  Program server("persistent_server", anywhere);
  Peer greedy = Peer::connect(server.listening_on(), "the greedy one");
  REQUIRE(is_answered(greedy, counted_bytes(100'000)));
  REQUIRE(serves(server));
  server.wait_until_idle();
  const std::size_t before = resident_kib(server.pid()), allowed = allowed_growth_kib(server, 32 * 1024);

  auto length = GENERATE(16'000UL, longest_request);
  std::string block, answers;
  while (block.size() < 4'000'000) {
    block += frame(counted_bytes(length));
    answers += answer(counted_bytes(length));
  }
  const int most_blocks = 60;  // 240 MB, far above every bound
  auto growth = [&] { return resident_kib(server.pid()) - std::min(before, resident_kib(server.pid())); };
  std::string_view rest;
  int blocks = 0;
  for (; blocks < most_blocks && rest.empty() && growth() <= allowed; ++blocks) rest = fill(server, greedy, block);
  INFO(blocks << " blocks of " << block.size() << " bytes were offered");
  CHECK(settles_at_most(allowed, growth, "KiB more memory than before, while answers wait that nobody takes"));
  CHECK(serves(server));

  // Nothing was lost: now it reads.
  if (growth() <= allowed) {
    std::string expected;
    for (int i = 0; i < blocks; ++i) expected += answers;
    CHECK(greedy.converse(rest, expected.size()) == expected);
  }
}

TEST_CASE("04.7.2 Several clients that never read do not hold up the others",
          "[program:persistent_server][points:2][extra][needs:04.3.5]") {
  because("A send that waits for one client makes all the others wait too.");
  chapter("A client that never reads");
  by_hand(
      "a client that sends 10 MB of frames and never receives; in another terminal      printf '\\0\\0\\0\\5hello' | "
      "nc -N 127.0.0.1 7000");
  Program server("persistent_server", anywhere);
  std::string much;
  for (int i = 0; i < 160; ++i) much += frame(counted_bytes(100'000));
  std::vector<Peer> deaf;
  for (int i = 1; i <= 2; ++i) {
    deaf.push_back(Peer::connect(server.listening_on(), "deaf client " + std::to_string(i)));
    fill(server, deaf.back(), much);
    REQUIRE(serves(server));
  }
  Peer other = Peer::connect(server.listening_on(), "a client that reads");
  for (int i = 0; i < 10; ++i) REQUIRE(is_answered(other, random_text(200)));
  CHECK(takes_at_most_of_a_core(0.1, server));
}

TEST_CASE("04.8.1 A thousand idle clients and a busy one",
          "[program:persistent_server][points:4][extra][needs:04.3.2]") {
  because("Idle clients cost memory and must cost little else. (select cannot even hold descriptors from 1024 on.)");
  chapter("Wait for all of them at once");
  by_hand("ulimit -n 4096; ./persistent_server 127.0.0.1 7000      and a thousand times nc");
  if (raise_own_descriptors() < 2048) SKIP("this machine allows too few descriptors for a crowd");
  Program server("persistent_server", anywhere, for_a_thousand());
  Crowd crowd(server.listening_on(), 1040, frame("hi"), answer("hi"));
  REQUIRE(crowd.connected());

  Peer busy = Peer::connect(server.listening_on(), "the busy one");
  for (int i = 0; i < 20; ++i) REQUIRE(is_answered(busy, random_text(50)));
  CHECK(crowd.exchange(frame("all at once"), answer("all at once")));
  CHECK(takes_at_most_of_a_core(0.1, server));
}

TEST_CASE("04.8.2 Out of descriptors the server goes on, and does not spin",
          "[waits][program:persistent_server][points:3][extra][needs:04.3.1]") {
  because(
      "accept fails with EMFILE, and the connection that waits keeps the listener ready: who asks poll again at once "
      "keeps a core busy with failing. Serve those you have, and look away from the listener for a while.");
  chapter("Out of descriptors");
  by_hand("prlimit --nofile=8:8 --pid $(pidof persistent_server)      then connect ten times with nc, and look at top");
  Program server("persistent_server", anywhere);
  Peer old = Peer::connect(server.listening_on(), "an old client");
  REQUIRE(is_answered(old, "before"));
  server.wait_until_idle();

  NoFreeDescriptors none(server);
  std::vector<Peer> waiting;
  for (int i = 1; i <= 3; ++i)
    waiting.push_back(Peer::connect(server.listening_on(), "new client " + std::to_string(i)));
  CHECK(is_answered(old, "meanwhile"));
  CHECK(takes_at_most_of_a_core(0.5, server));
  CHECK(is_answered(old, "and still"));
}

TEST_CASE("04.8.3 When descriptors become free the server accepts again",
          "[program:persistent_server][points:3][extra][needs:04.3.1]") {
  because(
      "To give up accepting for ever is as bad as to spin. Within 2 seconds of a descriptor becoming free somebody new "
      "must be served.");
  chapter("Out of descriptors");
  by_hand("prlimit --nofile=8:8 --pid $(pidof persistent_server)      connect ten times, then end some of the first");
  Program server("persistent_server", anywhere);
  std::vector<Peer> old;
  for (int i = 1; i <= 4; ++i) {
    old.push_back(Peer::connect(server.listening_on(), "old client " + std::to_string(i)));
    REQUIRE(is_answered(old.back(), "before"));
  }
  server.wait_until_idle();
  NoFreeDescriptors none(server);
  std::vector<Peer> waiting;
  for (int i = 1; i <= 2; ++i)
    waiting.push_back(Peer::connect(server.listening_on(), "new client " + std::to_string(i)));
  REQUIRE(is_answered(old[3], "meanwhile"));
  server.wait_until_idle();

  // Both ways in which they become free: a server with a process for each client has none back from an end of theirs.
  auto since = std::chrono::steady_clock::now();
  none.lift();
  for (std::size_t i : {0U, 1U, 2U}) old[i].close();
  for (Peer& peer : waiting) peer.close();
  Peer fresh = Peer::connect(server.listening_on(), "a client that comes later");
  CHECK(is_answered(fresh, "at last"));
  auto taken = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - since);
  if (taken > time_to_stop()) Story::current().time_decided();
  CHECK(taken <= time_to_stop());
  CHECK(is_answered(old[3], "and the old one"));
}

TEST_CASE("04.9.1 A signal to stop ends an idle server at once, with status 0",
          "[program:persistent_server][points:3][extra][needs:04.3.1]") {
  because(
      "SIGTERM is how a system asks a service to stop, SIGINT is Ctrl-C. When nothing is under way there is nothing to "
      "wait for, and 0 says that all went well.");
  chapter("Stop without losing answers");
  by_hand("./persistent_server 127.0.0.1 7000; press Ctrl-C; echo $?");
  auto signal = GENERATE(SIGTERM, SIGINT);
  Program server("persistent_server", anywhere);
  Peer idle = Peer::connect(server.listening_on(), "an idle client");
  REQUIRE(is_answered(idle, "hello"));
  Peer half = Peer::connect(server.listening_on(), "one with half a frame");
  half.send_piece(frame("half").substr(0, 6));
  server.wait_until_idle();

  auto since = std::chrono::steady_clock::now();
  server.signal(signal);
  CHECK(stopped_in_time(server, since));
  Received end = idle.receive_all();
  if (end.ending == Ending::reset) end.ending = end.wanted;
  CHECK(end == "");
}

TEST_CASE("04.9.2 Answers under way are finished before the server stops",
          "[program:persistent_server][points:4][extra][needs:04.3.5]") {
  std::string payload = counted_bytes(200'000), much;
  for (int i = 0; i < 80; ++i) much += frame(payload);
  // What is not taken within two seconds the server may drop. A busy machine makes the test itself so late, now and
  // then; that says nothing of the server, and is tried again.
  constexpr auto surely_in_time = Milliseconds(1500);
  for (int attempts_left = 5; attempts_left > 0; --attempts_left) {
    Story::current().begin();
    because(
        "An answer that has begun must not end in the middle while its client still takes it. Stop accepting, stop "
        "reading, send what is owed, and only then exit.");
    chapter("Stop without losing answers");
    by_hand("a client that sends 16 MB of frames and waits; press Ctrl-C in the server; now let the client read");
    Program server("persistent_server", anywhere);
    Peer client = server.connect();
    become_a_client(client);
    fill(server, client, much);

    auto since = std::chrono::steady_clock::now();
    server.signal(SIGTERM);
    let_it_react(server);
    // A program that has gone by now says that it has finished.
    bool still_there = server.state().kind == Exit::Kind::running;
    Received answers = client.receive_all();
    bool late = std::chrono::steady_clock::now() - since > surely_in_time && answers.ending != Ending::silence;
    if (late && attempts_left > 1) continue;
    if (!late) CHECK(whole_answers(answers, payload, still_there));
    client.close();
    CHECK(stopped_in_time(server, since));
    return;
  }
}

TEST_CASE("04.9.3 A client that takes nothing cannot keep the server from stopping",
          "[waits][program:persistent_server][points:3][extra][needs:04.3.5]") {
  because("Whoever does not take his answers within 2 seconds loses them. And nobody new is served meanwhile.");
  chapter("Stop without losing answers");
  by_hand("a client that sends 16 MB of frames and never reads; press Ctrl-C in the server; time it");
  Program server("persistent_server", anywhere);
  Endpoint where = server.listening_on();
  Peer deaf = Peer::connect(where, "the deaf one");
  std::string much;
  for (int i = 0; i < 80; ++i) much += frame(counted_bytes(200'000));
  fill(server, deaf, much);

  auto since = std::chrono::steady_clock::now();
  server.signal(SIGTERM);
  let_it_react(server);
  Peer late = Peer::connect(where, "one that comes too late");
  late.send(frame("too late"));
  CHECK(stopped_in_time(server, since));
  Received nothing = late.receive_all();
  if (nothing.ending != Ending::silence) nothing.ending = nothing.wanted;
  CHECK(nothing == "");
}

TEST_CASE("04.9.4 While it finishes the server waits, and does not spin",
          "[waits][program:persistent_server][points:1][extra][needs:04.9.3]") {
  because(
      "The byte that the signal's handler has written stays in its pipe, and poll goes on calling the pipe ready. "
      "Leave it out once you know, or take the byte: what is left is to wait for the clients.");
  chapter("Stop without losing answers");
  by_hand("a client that sends 16 MB of frames and never reads; press Ctrl-C in the server, and look at top");
  Options service;
  service.input = "/dev/null";  // as a system starts it; poll calls that ready, too
  Program server("persistent_server", anywhere, service);
  Peer deaf = Peer::connect(server.listening_on(), "the deaf one");
  std::string much;
  for (int i = 0; i < 80; ++i) much += frame(counted_bytes(200'000));
  fill(server, deaf, much);

  server.signal(SIGTERM);
  // One that has ended already takes nothing.
  CHECK(takes_at_most_of_a_core(0.1, server));
}

TEST_CASE("04.9.5 A client has two seconds to take what is owed to it",
          "[waits][program:persistent_server][points:1][extra][needs:04.9.2]") {
  // A busy machine may make us too late. That says nothing of the server, and is tried again.
  constexpr auto begins_to_read = Milliseconds(1200), surely_in_time = Milliseconds(1700);
  for (int attempts_left = 5; attempts_left > 0; --attempts_left) {
    Story::current().begin();
    because(
        "A client may be slow without being dead. Only what it has not taken 2 seconds after the signal may be "
        "dropped.");
    chapter("Stop without losing answers");
    by_hand(
        "a client that sends a frame of 240,000 bytes and waits; press Ctrl-C in the server, and read a second later");
    Program server("persistent_server", anywhere);
    Peer client = connect_narrow(server.listening_on());
    become_a_client(client);
    std::string payload = counted_bytes(240'000);
    client.send(frame(payload));
    server.wait_until_idle();

    auto since = std::chrono::steady_clock::now();
    server.signal(SIGTERM);
    pass_time(server, since + begins_to_read);
    Received all = client.receive(answer(payload).size());
    bool late = std::chrono::steady_clock::now() - since > surely_in_time && all.ending != Ending::silence;
    if (late) continue;
    CHECK(all == answer(payload));
    return;
  }
  SKIP("this machine was too busy to let us read within two seconds of the signal");
}

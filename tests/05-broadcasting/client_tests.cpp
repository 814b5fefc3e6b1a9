// What a server can observe of feed_client, whose server we are. Parts 05.8 and 05.9, all of them extra.
#include <signal.h>

#include <algorithm>

#include "harness.hpp"

using namespace harness;

namespace {

void chapter(const std::string& heading) { read_about("docs/05-broadcasting.md \"" + heading + "\""); }

std::vector<std::string> to(const UdpPeer& server, std::vector<std::string> options = {}) {
  options.insert(options.begin(), {server.host(), server.port()});
  return options;
}

// A word of the client, with or without a newline at its end.
bool is_word(const Received& heard, const std::string& word) { return heard.bytes == word + "\n" || heard == word; }

// Takes the client's JOIN and welcomes it. Gives where it is.
Endpoint welcome(UdpPeer& us, int next = 1) {
  Heard join = hear(us);
  REQUIRE(is_word(join, "JOIN"));
  us.answer(join, "WELCOME " + std::to_string(next));
  return join.from;
}

// Waits until the client has taken what we have sent it.
void let_it_hear(Program& client) {
  UdpPeer ourselves("we, to ourselves,");
  ourselves.send_to(ourselves.endpoint(), "after it");
  ourselves.receive_within(patience());
  client.wait_until_idle();
}

// Takes what has arrived already, and does nothing about it.
void drop_what_is_here(UdpPeer& us) {
  while (hear(us, Milliseconds(0)).ending == Ending::more) {
  }
}

// Welcomes the client and gives the last JOIN that we have answered: it asks more than once if we are slow.
Heard welcome_and_give_last(Program& client, UdpPeer& us) {
  Heard join = hear(us), last;
  REQUIRE(is_word(join, "JOIN"));
  us.answer(join, "WELCOME 1");
  let_it_hear(client);
  for (last = join; join.ending == Ending::more; join = hear(us, Milliseconds(0))) {
    if (join.arrived != last.arrived) us.answer(join, "WELCOME 1");
    last = join;
  }
  return last;
}

// Sends a line and waits until the client has printed it.
bool prints(Program& client, UdpPeer& us, const Endpoint& there, const std::string& number, const std::string& line) {
  us.send_to(there, number + " " + line);
  return client.next_line() == line;
}

}  // namespace

TEST_CASE("05.8.1 The client joins, and joins again until it is welcomed",
          "[waits][program:feed_client][points:4][extra]") {
  because(
      "JOIN is a datagram, and so is its answer. Either may be lost, so the client asks again until it hears WELCOME.");
  chapter("Subscribe and stay subscribed");
  by_hand(
      "nc -u -l 127.0.0.1 7000      and      ./feed_client 127.0.0.1 7000      answer the second JOIN with WELCOME 1");
  UdpPeer us;
  note_details(us);
  Program client("feed_client", to(us));

  REQUIRE(is_word(hear(us), "JOIN"));  // and the answer is lost
  welcome(us);
  let_it_hear(client);
  drop_what_is_here(us);
  CHECK(us.hears_nothing());
  CHECK(client.state().kind == Exit::Kind::running);
}

TEST_CASE("05.8.2 It gives up after 5 seconds", "[waits][program:feed_client][points:2][extra]") {
  because(
      "A server that never answers may not be there at all. The five seconds are one deadline for all tries together. "
      "A refusal is no answer either: the server may be about to start.");
  chapter("Subscribe and stay subscribed");
  by_hand("nc -u -l 127.0.0.1 7000 and answer nothing      and      time ./feed_client 127.0.0.1 7000; echo $?");
  UdpPeer us;
  Program client("feed_client", to(us));
  Program refused("feed_client", {"127.0.0.1", std::to_string(free_udp_port())});
  // Whoever may receive there, the lowest port is one like any other and no wrong usage.
  Program lowest("feed_client", {"127.0.0.1", "1"});

  // Starting up is work, and much of it where an interpreter starts. Asking shows that the one is done with it, and
  // twice that age that the other is, too, started just after it. We look at 3 s at the latest: both end at 5 s.
  REQUIRE(is_word(hear(us), "JOIN"));
  auto age = refused.age();
  pass_time(refused, std::chrono::steady_clock::now() - age + std::min<decltype(age)>(2 * age, Milliseconds(3000)));
  for (Program* each : {&client, &refused}) CHECK(takes_at_most_of_a_core(0.1, *each));
  // A program's age is known at the moment of its end alone, so both are looked at before the first may end.
  pass_time(refused, std::chrono::steady_clock::now() - refused.age() + Milliseconds(4400));
  if (refused.age() < Milliseconds(4400)) REQUIRE(ends_after(refused, Milliseconds(5000)));
  REQUIRE(ends_after(client, Milliseconds(5000)));
  REQUIRE(ends_after(refused, Milliseconds(5000)));
  for (Program* each : {&client, &refused}) {
    CHECK(each->exit_status() == 1);
    CHECK(each->complains("feed_client: "));
  }
  CHECK(lowest.accepts_its_arguments());
}

TEST_CASE("05.8.3 It renews every half lease", "[waits][program:feed_client][points:3][extra][needs:05.8.1]") {
  because("With half the lease one renewal may get lost, and the next is still in time. More often would be waste.");
  chapter("Subscribe and stay subscribed");
  by_hand(
      "./feed_server 127.0.0.1 7000      and      strace -e trace=network ./feed_client 127.0.0.1 7000 --lease 4000");
  // A long lease shows that it is half the lease and not all of it; a short one that it goes on and on.
  const Milliseconds lease(3000), brief(1000);
  UdpPeer us, other("we, the other server,");
  note_details(us);
  note_details(other);
  Program seldom("feed_client", to(us, {"--lease", "3000"}));
  Heard seldom_joined = welcome_and_give_last(seldom, us);

  Program often("feed_client", to(other, {"--lease", "1000"}));
  std::vector<Heard> joins{welcome_and_give_last(often, other)};
  for (int i = 0; i < 2; ++i) {
    joins.push_back(hear(other));
    REQUIRE(is_word(joins.back(), "JOIN"));
    other.answer(joins.back(), "WELCOME 1");
  }
  // One that keeps to a timetable makes up for a late one, so the gaps are judged together.
  CHECK(joins[2].arrived - joins[0].arrived >= brief * 9 / 10);
  CHECK(is_no_later(joins[2].arrived - joins[1].arrived, brief / 2, "the next JOIN"));
  CHECK(often.state().kind == Exit::Kind::running);

  Heard renewal = hear(us, latest_after(lease / 2));
  REQUIRE(is_word(renewal, "JOIN"));
  CHECK(is_on_time(renewal.arrived - seldom_joined.arrived, lease / 2, "the renewal came"));
}

TEST_CASE("05.8.4 A signal makes it leave, with status 0",
          "[waits][program:feed_client][points:2][extra][needs:05.8.1]") {
  because(
      "Without LEAVE the server sends to nobody until the lease has run out. A signal must end the wait, not the "
      "program, so that there is time for that.");
  chapter("A program that is told to stop");
  by_hand("./feed_server 127.0.0.1 7000      and      ./feed_client 127.0.0.1 7000; echo $?      press Ctrl-C");
  int number = GENERATE(SIGINT, SIGTERM);
  UdpPeer us;
  note_details(us);
  Program client("feed_client", to(us));
  welcome(us);
  let_it_hear(client);

  client.signal(number);
  CHECK(is_word(hear(us), "LEAVE"));
  CHECK(client.exit_status() == 0);
}

TEST_CASE("05.8.5 A server that has fallen silent is gone",
          "[waits][program:feed_client][points:2][extra][needs:05.8.1]") {
  because(
      "Nothing tells a UDP client that its server has vanished. Renewals that nobody answers for a whole lease do, "
      "even while lines come: only WELCOME says that the lease holds.");
  chapter("Subscribe and stay subscribed");
  by_hand(
      "nc -u -l 127.0.0.1 7000      and      ./feed_client 127.0.0.1 7000 --lease 2000; echo $?      answer WELCOME 1 "
      "once, and then nothing");
  const Milliseconds lease(800);
  UdpPeer us;
  note_details(us);
  Program client("feed_client", to(us, {"--lease", "800"}));
  Heard join = hear(us);
  REQUIRE(is_word(join, "JOIN"));
  auto welcomed = std::chrono::steady_clock::now();
  us.answer(join, "WELCOME 1");

  int number = 0;
  keep_doing(client, Milliseconds(200), lease * 3 / 2,
             [&] { us.send_to(join.from, std::to_string(++number) + " line"); });
  // From the last answer on, or from the first renewal without one: both are a whole lease.
  CHECK(ends_within(client, lease * 3 / 2, welcomed));
  CHECK((std::chrono::steady_clock::now() - welcomed) * 10 >= lease * 9);
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("server gone"));
  CHECK(is_word(hear(us, Milliseconds(0)), "JOIN"));
}

TEST_CASE("05.8.6 A server whose port is closed is gone",
          "[waits][program:feed_client][points:2][extra][needs:05.8.1]") {
  because(
      "The system answers the renewal with ICMP port unreachable. A connected socket is told so (ECONNREFUSED), and "
      "need not wait for the lease to run out.");
  chapter("Subscribe and stay subscribed");
  by_hand(
      "./feed_server 127.0.0.1 7000      and      ./feed_client 127.0.0.1 7000 --lease 4000; echo $?      end the "
      "server with Ctrl-C");
  const Milliseconds lease(1500);
  UdpPeer us;
  note_details(us);
  Program client("feed_client", to(us, {"--lease", std::to_string(lease.count())}));
  Endpoint there = welcome(us);
  auto welcomed = std::chrono::steady_clock::now();
  let_it_hear(client);
  us.connect({"127.255.255.254", 9});  // for the client this port is closed from now on

  // A client that is deaf to refusals hears a WELCOME now and then, and so has no other reason to end.
  auto runs = [&] { return client.state().kind == Exit::Kind::running; };
  for (auto next = welcomed + lease * 8 / 10; runs() && !is_overdue(welcomed, lease / 2); next += lease * 8 / 10) {
    pass_time(client, next);
    if (runs()) us.send_to(there, "WELCOME 1");
  }
  CHECK(ends_within(client, lease / 2, welcomed));
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("server gone"));
}

TEST_CASE("05.8.7 Wrong arguments get a usage line and status 2",
          "[program:feed_client][points:1][extra][needs:05.8.1]") {
  because("The client needs a place and a port from 1 to 65535; after --lease stands a number.");
  chapter("Exit status and messages");
  by_hand("./feed_client 127.0.0.1 0; echo $?");
  auto arguments =
      GENERATE(std::vector<std::string>{}, std::vector<std::string>{"127.0.0.1"},
               std::vector<std::string>{"127.0.0.1", "0"}, std::vector<std::string>{"127.0.0.1", "65536"},
               std::vector<std::string>{"127.0.0.1", "seven"}, std::vector<std::string>{"127.0.0.1", "7000", "--lease"},
               std::vector<std::string>{"127.0.0.1", "7000", "--lease", "long"});
  Program client("feed_client", arguments);
  CHECK(client.exit_status() == 2);
  CHECK(client.prints_usage());
}

TEST_CASE("05.9.1 It prints each line when it comes", "[program:feed_client][points:2][extra][needs:05.8.1]") {
  because(
      "The number is cut off, with the one blank after it; the rest is the line, whatever is in it. Flush it: who "
      "reads from a pipe waits.");
  chapter("Missed, late and repeated");
  by_hand("./feed_server 127.0.0.1 7000      and      ./feed_client 127.0.0.1 7000 | cat");
  UdpPeer us;
  Program client("feed_client", to(us));
  Endpoint there = welcome(us, 7);

  CHECK(prints(client, us, there, "7", "hello"));
  CHECK(prints(client, us, there, "8", ""));
  CHECK(prints(client, us, there, "9", "10 green bottles "));
  CHECK(prints(client, us, there, "10", std::string("a\0b%s\xff", 6)));
  CHECK(prints(client, us, there, "11", random_text(1200)));
  if (has_said(client, "missed")) Story::current().mismatch("nothing missed", client.errors());
  CHECK_FALSE(has_said(client, "missed"));
}

TEST_CASE("05.9.2 It says what it missed, and prints late lines too",
          "[program:feed_client][points:2][extra][needs:05.9.1]") {
  because(
      "A number that is higher than the next one shows a gap: those between are missing now. They may only be late. "
      "WELCOME tells the first number that is to come, so even the first line may show a gap.");
  chapter("Missed, late and repeated");
  by_hand(
      "nc -u -l 127.0.0.1 7000      and      ./feed_client 127.0.0.1 7000      answer WELCOME 4, then send 5 a, 7 b, "
      "11 c, 9 d");
  UdpPeer us;
  Program client("feed_client", to(us));
  Endpoint there = welcome(us, 4);

  CHECK(prints(client, us, there, "5", "the second"));
  CHECK(says(client, "missed 4"));
  us.send_to(there, "WELCOME 7");  // what the next line will be says nothing of those that have come
  CHECK(prints(client, us, there, "7", "one is missing"));
  CHECK(says(client, "missed 6"));
  CHECK(prints(client, us, there, "11", "three more"));
  CHECK(says(client, "missed 8-10"));
  CHECK(prints(client, us, there, "9", "late"));
  CHECK(prints(client, us, there, "6", "very late"));
  CHECK(prints(client, us, there, "12", "the next"));
  CHECK(prints(client, us, there, "14", "the last"));
  CHECK(says(client, "missed 13"));  // and with it came all that was said before
  bool too_much = has_said(client, "missed 5") || has_said(client, "missed 7") || has_said(client, "missed 12") ||
                  has_said(client, "missed 8") || has_said(client, "missed 9") || has_said(client, "missed 10") ||
                  has_said(client, "missed 7-11");
  if (too_much) Story::current().mismatch("missed 4, 6, 8-10 and 13", client.errors());
  CHECK_FALSE(too_much);
}

TEST_CASE("05.9.3 A line that comes twice is printed once", "[program:feed_client][points:2][extra][needs:05.9.1]") {
  because(
      "The network may repeat a datagram. The numbers of the last 1,000 lines are enough to know it, and fewer are "
      "not; late ones are no repeats.");
  chapter("Missed, late and repeated");
  by_hand(
      "nc -u -l 127.0.0.1 7000      and      ./feed_client 127.0.0.1 7000      answer WELCOME 1, then send 1 a, 1 a, 2 "
      "b");
  UdpPeer us;
  Program client("feed_client", to(us));
  Endpoint there = welcome(us);
  // In small steps, so that the client's buffer holds what it has not read yet. Lines 1 and 500 are late.
  auto is_late = [](int number) { return number == 1 || number == 500; };
  for (int start = 1; start <= 1000; start += 50) {
    for (int number = start; number < start + 50; ++number)
      if (!is_late(number)) us.send_to(there, std::to_string(number) + " line " + std::to_string(number));
    for (int number = start; number < start + 50; ++number)
      if (!is_late(number)) REQUIRE(client.next_line() == "line " + std::to_string(number));
  }
  for (int number : {1000, 3, 250, 999, 1000}) us.send_to(there, std::to_string(number) + " repeated");
  for (const char* number : {"500", "1"}) {
    CHECK(prints(client, us, there, number, "late"));
    us.send_to(there, std::string(number) + " repeated");
  }
  CHECK(prints(client, us, there, "1001", "the next"));
}

TEST_CASE("05.9.4 What strangers send is ignored", "[program:feed_client][points:1][extra][needs:05.9.1]") {
  because(
      "Anybody can send to your port. Only what comes from the server's address and port counts: connect the socket, "
      "or look at the sender.");
  chapter("Subscribe and stay subscribed");
  by_hand("ss -uanp | grep feed_client      and      printf '1 forged' | nc -u -w0 127.0.0.1 PORT");
  UdpPeer us, near("a stranger"), far("a stranger elsewhere", "127.0.0.2");
  Program client("feed_client", to(us));
  Endpoint there = welcome(us);

  for (UdpPeer* stranger : {&near, &far})
    for (const char* forged : {"1 forged", "9 forged", "WELCOME 9", "END 0"}) stranger->send_to(there, forged);
  CHECK(prints(client, us, there, "1", "hello"));
  CHECK(prints(client, us, there, "2", "hello again"));
}

TEST_CASE("05.9.5 At END it says what is missing at the end, and leaves",
          "[waits][program:feed_client][points:2][extra][needs:05.9.1]") {
  because(
      "After the last line nothing follows that could show a gap: LAST does. It ends where the datagram ends; what "
      "stands behind it in your buffer came before. Then the client has done its work, and says LEAVE, since the "
      "server may have lost its END or may go on with something else.");
  chapter("The end is said three times");
  by_hand(
      "nc -u -l 127.0.0.1 7000      and      ./feed_client 127.0.0.1 7000; echo $?      answer WELCOME 1, then send 1 "
      "555, END 3");
  bool complete = GENERATE(true, false);
  UdpPeer us;
  note_details(us);
  Program client("feed_client", to(us));
  Endpoint there = welcome(us);
  CHECK(prints(client, us, there, "1", "5550199555019955501995550199"));

  us.send_to(there, complete ? "END 1" : "END 3");
  CHECK(is_word(hear(us), "LEAVE"));
  CHECK(client.exit_status() == 0);
  CHECK(client.output() == "");
  if (!complete) CHECK(says(client, "missed 2-3"));
  if (complete && has_said(client, "missed")) Story::current().mismatch("nothing missed", client.errors());
  if (complete) CHECK_FALSE(has_said(client, "missed"));
}

TEST_CASE("05.9.6 What makes no sense does no harm", "[program:feed_client][points:1][extra][needs:05.9.1]") {
  because(
      "Whoever can forge a sender's address can send you anything as from your server. What becomes of such a datagram "
      "is up to you, whether you ignore it or give up with a message; a number that is not there must not be used.");
  chapter("Missed, late and repeated");
  by_hand(
      "nc -u -l 127.0.0.1 7000      and      ./feed_client 127.0.0.1 7000; echo $?      answer WELCOME 1, then send "
      "WELCOME, END and hello");
  const std::string nonsense = GENERATE(as<std::string>{}, "", " ", "\n", "hello", "WELCOME", "WELCOME ", "WELCOME x",
                                        "END", "END ", "END x", "4", "x y", "4x");
  UdpPeer us;
  Program client("feed_client", to(us));
  Endpoint there = welcome(us, 5);

  us.send_to(there, nonsense);
  us.send_to(there, "5 hello");
  Received line = client.next_line();
  if (line != "hello") line = client.next_line();  // it may have taken that for a line
  if (line == "hello") return;
  Exit end = client.exit_status();
  const bool orderly = end == 0 || end == 1;
  if (!orderly) Story::current().mismatch("the line that followed, or the end with status 0 or 1", in_words(end));
  CHECK(orderly);
}

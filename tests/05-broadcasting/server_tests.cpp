// What subscribers can observe of feed_server. Parts 05.6 and 05.7.
#include <algorithm>
#include <utility>

#include "harness.hpp"

using namespace harness;

namespace {

using Clock = std::chrono::steady_clock;

const std::vector<std::string> anywhere{"127.0.0.1", "0"};

void chapter(const std::string& heading) { read_about("docs/05-broadcasting.md \"" + heading + "\""); }

// Subscribes or renews; the answer says which number the next line will have.
bool joins(UdpPeer& subscriber, Program& server, int next) {
  subscriber.send_to(server.listening_on(), "JOIN");
  return subscriber.receive() == "WELCOME " + std::to_string(next);
}

// How long a line for one subscriber may stay behind the same line for another.
Milliseconds unheard() { return Milliseconds(static_cast<long>(150 * speed_factor())); }

// END comes until nothing more does; how often, without a word to the story.
int count_ends(UdpPeer& subscriber) {
  int ends = 0;
  while (subscriber.receive_within(Milliseconds(0)).bytes.starts_with("END ")) ++ends;
  return ends;
}

// Watches a subscriber's lease run out, with lines all the while, and judges when. False when so much time passed
// between the last line that came and the first that did not that nothing can be said.
bool tells_when_lease_ends(Milliseconds lease) {
  Program server("feed_server", {"127.0.0.1", "0", std::to_string(lease.count())});
  UdpPeer silent("who is silent"), witness("who renews");

  auto asked = Clock::now();
  CHECK(joins(silent, server, 1));
  auto welcomed = Clock::now();
  int number = 0;
  Clock::time_point heard = asked, heard_before;
  auto still_hears = [&] {
    silent.send_to(server.listening_on(), "I am still here");  // no JOIN, so it renews nothing
    CHECK(joins(witness, server, number + 1));
    std::string text = std::to_string(++number) + " line";
    server.type("line\n");
    CHECK(witness.receive() == text);
    heard_before = std::exchange(heard, Clock::now());
    // Waits long only when there is no line: then the lease has run out, and waiting does no harm.
    return silent.receive_within(unheard()).bytes == text;
  };

  Clock::time_point began = Clock::now();
  for (; !is_overdue(welcomed, lease) && still_hears(); began = Clock::now())
    pass_time(server, began + Milliseconds(100));
  // The witness heard the first line that did not come when the lease had ended.
  bool too_early = (heard - asked) * 10 < lease * 9;
  if (too_early) is_on_time(heard - asked, lease, "the end of the lease");
  CHECK_FALSE(too_early);
  const bool tells = too_early || (heard - heard_before) * 4 <= lease;
  bool too_late = still_hears();
  if (too_late) Story::current().mismatch("no more lines after the end of the lease", "lines, as before");
  CHECK_FALSE(too_late);
  CHECK(takes_at_most_of_a_core(0.1, server));
  return tells;
}

}  // namespace

TEST_CASE("05.6.1 JOIN is answered with WELCOME and the number of the next line", "[program:feed_server][points:4]") {
  because(
      "Who joins learns where the feed is, and can tell from the first line on whether one is missing. Numbers begin "
      "at 1.");
  chapter("Subscribers and leases");
  by_hand("./feed_server 127.0.0.1 7000      and      nc -u 127.0.0.1 7000      type JOIN");
  Program server("feed_server", anywhere);
  UdpPeer first("the first"), second("the second");

  CHECK(joins(first, server, 1));
  CHECK(joins(second, server, 1));
  CHECK(joins(first, server, 1));
  CHECK(second.hears_nothing());
}

TEST_CASE("05.6.2 One newline is allowed, and anything else is ignored",
          "[program:feed_server][points:1][needs:05.7.1]") {
  because(
      "Anybody can send you anything. People type JOIN with a newline; all other datagrams, empty ones too, neither "
      "subscribe nor unsubscribe anybody, nor end the server. So compare the whole datagram: JOINED is not JOIN.");
  chapter("Subscribers and leases");
  by_hand("printf 'JOIN PLEASE' | nc -u -w1 127.0.0.1 7000");
  Program server("feed_server", anywhere);
  Endpoint there = server.listening_on();
  UdpPeer subscriber("the subscriber"), stranger("a stranger");

  subscriber.send_to(there, "JOIN\n");
  CHECK(subscriber.receive() == "WELCOME 1");
  for (const std::string& nonsense : {std::string(), std::string("\n"), std::string("join"), std::string("JOI"),
                                      std::string("JOINED"), std::string("JOIN 1"), std::string("JOIN\n\n"),
                                      std::string("JOIN\0x", 6), std::string("WELCOME 1"), counted_bytes(60'000)})
    stranger.send_to(there, nonsense);
  for (const char* nonsense : {"LEAVES", "LEAVE 1", "LEAVE\n\n", "leave", "LEAV"}) subscriber.send_to(there, nonsense);
  CHECK(joins(subscriber, server, 1));
  server.type("hello\n");
  CHECK(subscriber.receive() == "1 hello");
  CHECK(stranger.hears_nothing());
  subscriber.send_to(there, "LEAVE\n");
  stranger.send_to(there, "JOIN\n");
  CHECK(stranger.receive() == "WELCOME 2");
  server.type("bye\n");
  CHECK(stranger.receive() == "2 bye");
  CHECK(subscriber.hears_nothing());
}

TEST_CASE("05.6.3 LEAVE ends a subscription at once", "[program:feed_server][points:1][needs:05.7.1]") {
  because("Who leaves wants nothing more. The others stay, also those on the same machine: a port tells them apart.");
  chapter("Subscribers and leases");
  by_hand("nc -u 127.0.0.1 7000      type JOIN, then LEAVE      and type a line into the server");
  Program server("feed_server", anywhere);
  UdpPeer stays("who stays"), leaves("who leaves"), witness("who comes last");
  CHECK(joins(stays, server, 1));
  CHECK(joins(leaves, server, 1));

  leaves.send_to(server.listening_on(), "LEAVE");
  CHECK(joins(witness, server, 1));  // so LEAVE has arrived
  server.type("hello\n");
  CHECK(stays.receive() == "1 hello");
  CHECK(leaves.hears_nothing());
}

TEST_CASE("05.6.4 A lease runs out LEASE_MS after the last JOIN",
          "[waits][program:feed_server][points:3][needs:05.7.1]") {
  because(
      "A subscriber that vanishes says nothing. So each subscription ends by itself, and who wants to stay must say so "
      "again: with JOIN, and with nothing else. When a lease has run out does not depend on others who join.");
  chapter("Subscribers and leases");
  by_hand(
      "./feed_server 127.0.0.1 7000 3000      and      nc -u 127.0.0.1 7000      type JOIN, and lines into the server "
      "for five seconds");
  // On a busy machine so much time may pass between two lines that they tell nothing; with a longer lease they do.
  for (Milliseconds lease(600); !tells_when_lease_ends(lease) && lease < Milliseconds(5000);) lease *= 3;

  // Nobody joins while this one's lease runs out, and no line is sent: END is the first that could reach it.
  const Milliseconds lease(600);
  Program server("feed_server", {"127.0.0.1", "0", std::to_string(lease.count())});
  UdpPeer forgotten("who is alone");
  CHECK(joins(forgotten, server, 1));
  for (auto joined = Clock::now(); !is_overdue(joined, lease);) pass_time(server, Clock::now() + Milliseconds(100));
  server.end_input();
  CHECK(server.exit_status() == 0);
  CHECK(forgotten.hears_nothing());
}

TEST_CASE("05.6.5 JOIN again renews the lease, and does not subscribe twice",
          "[waits][program:feed_server][points:2][needs:05.7.1]") {
  because("The lease begins anew with each JOIN. It is still one subscription: each line comes once.");
  chapter("Subscribers and leases");
  by_hand(
      "./feed_server 127.0.0.1 7000 3000      and      nc -u 127.0.0.1 7000      type JOIN every two seconds, and "
      "lines into the server");
  // So long that a server which drops people a second late does not look like one that renews.
  const Milliseconds lease(2000);
  Program server("feed_server", {"127.0.0.1", "0", std::to_string(lease.count())});
  UdpPeer us;
  auto first_join = Clock::now();
  CHECK(joins(us, server, 1));
  CHECK(joins(us, server, 1));
  server.type("one\n");
  CHECK(us.receive() == "1 one");

  pass_time(server, first_join + lease * 85 / 100);
  UdpPeer witness("another");
  for (int next = 2, tries = 0; tries < 5; ++tries) {
    auto renewed = Clock::now();
    CHECK(joins(us, server, next));
    pass_time(server, std::max(renewed, first_join + lease + Milliseconds(1050)));
    CHECK(joins(witness, server, next));
    server.type("again\n");
    std::string text = std::to_string(next++) + " again";
    CHECK(witness.receive() == text);
    // On a busy machine the renewal may have run out by now; then it tells nothing, and we try once more.
    if (Clock::now() - renewed >= lease * 9 / 10) {
      us.receive_within(unheard());
      continue;
    }
    CHECK(us.receive() == text);
    break;
  }
  CHECK(us.hears_nothing());
}

TEST_CASE("05.6.6 A port in use is an error, wrong arguments get a usage line",
          "[program:feed_server][points:1][needs:05.6.1]") {
  because(
      "Two servers on one port would each get some of the subscribers. A server does not share its port: bind fails, "
      "and it says so.");
  chapter("Exit status and messages");
  by_hand("./feed_server 127.0.0.1 7000 in two terminals");
  Program first("feed_server", anywhere);
  Program second("feed_server", {"127.0.0.1", std::to_string(first.listening_on().port)});
  CHECK(second.exit_status() == 1);
  CHECK(second.complains("Address already in use"));
  CHECK(second.complains("feed_server: "));

  for (const auto& arguments : {std::vector<std::string>{"127.0.0.1"}, std::vector<std::string>{"127.0.0.1", "65536"},
                                std::vector<std::string>{"127.0.0.1", "0", "long"}}) {
    Program wrong("feed_server", arguments);
    CHECK(wrong.exit_status() == 2);
    CHECK(wrong.prints_usage());
  }
}

TEST_CASE("05.7.1 Every subscriber gets every line, numbered from 1", "[program:feed_server][points:5][needs:05.6.1]") {
  because(
      "UDP has no connection to write to: the server sends one datagram to each address that it remembers. The number "
      "shows what is missing.");
  chapter("A line for every subscriber");
  by_hand("./feed_server 127.0.0.1 7000      and in two terminals      nc -u 127.0.0.1 7000      type JOIN");
  Program server("feed_server", anywhere);
  UdpPeer first("the first"), second("the second"), third("the third");
  for (UdpPeer* subscriber : {&first, &second, &third}) CHECK(joins(*subscriber, server, 1));

  server.type("hello\nhow are you\n");
  server.wait_until_idle();
  server.type("b");
  server.wait_until_idle();  // it has read that, and no line has ended yet
  server.type("ye\n");
  for (UdpPeer* subscriber : {&first, &second, &third}) {
    CHECK(subscriber->receive() == "1 hello");
    CHECK(subscriber->receive() == "2 how are you");
    CHECK(subscriber->receive() == "3 bye");
  }
  UdpPeer late("who comes late");
  CHECK(joins(late, server, 4));
  CHECK(late.hears_nothing());
}

TEST_CASE("05.7.2 Dead subscribers cost the others nothing", "[program:feed_server][points:3][needs:05.7.1]") {
  because(
      "A subscriber that has crashed leaves a closed port, and the system answers each line with a refusal. It may "
      "stay in the list until its lease runs out; the next in the list must get this very line, and the one after it "
      "too.");
  chapter("Dead subscribers");
  by_hand("two subscribers with nc -u; end the first with Ctrl-C and type lines into the server");
  Program server("feed_server", anywhere);
  std::vector<UdpPeer> all;
  for (int i = 1; i <= 8; ++i) {
    all.emplace_back("subscriber " + std::to_string(i));
    REQUIRE(joins(all.back(), server, 1));
  }
  // The first, two side by side and the last: for all but their own friends these ports are closed.
  for (std::size_t dead : {0U, 3U, 4U, 7U}) all[dead].connect({"127.255.255.254", 9});

  for (int line = 1; line <= 5; ++line) {
    std::string text = "line " + random_text(5);
    server.type(text + "\n");
    for (std::size_t alive : {1U, 2U, 5U, 6U}) REQUIRE(all[alive].receive() == std::to_string(line) + " " + text);
  }
  CHECK(joins(all[1], server, 6));
}

TEST_CASE("05.7.3 At the end of input it says END three times, and ends",
          "[waits][program:feed_server][points:3][needs:05.7.1]") {
  because(
      "A datagram may be lost, and after the last one nothing comes that would show it. Said three times, 100 ms "
      "apart, it gets through. LAST is the number of the last line, so that a lost last line is noticed.");
  chapter("The end is said three times");
  by_hand(
      "./feed_server 127.0.0.1 7000      and      nc -u 127.0.0.1 7000      type JOIN there, then a line and Ctrl-D "
      "into the server");
  bool lines = GENERATE(true, false);
  Program server("feed_server", anywhere);
  UdpPeer first("the first"), second("the second");
  note_details(second);
  CHECK(joins(first, server, 1));
  CHECK(joins(second, server, 1));
  if (lines) {
    server.type("one\ntwo\n");
    for (UdpPeer* subscriber : {&first, &second}) {
      CHECK(subscriber->receive() == "1 one");
      CHECK(subscriber->receive() == "2 two");
    }
  }

  server.end_input();
  std::string end = lines ? "END 2" : "END 0";
  std::vector<Heard> ends;
  for (int i = 0; i < 3; ++i) {
    ends.push_back(hear(second));
    REQUIRE(ends.back() == end);
    REQUIRE(first.receive() == end);
    if (i > 0)
      CHECK(is_no_later(ends[ends.size() - 1].arrived - ends[ends.size() - 2].arrived, Milliseconds(100), "END again"));
    if (i > 0) CHECK(ends[ends.size() - 1].arrived - ends[ends.size() - 2].arrived >= Milliseconds(40));
  }
  CHECK(
      is_on_time(ends[2].arrived - ends[0].arrived, Milliseconds(200), "the third END came, counted from the first,"));
  CHECK(server.exit_status() == 0);
  CHECK(count_ends(first) == 0);
}

TEST_CASE("05.7.4 Two hundred subscribers, and lines of 1,200 bytes", "[program:feed_server][points:1][needs:05.7.1]") {
  because(
      "The list has no limit of its own, and a line is one datagram: 1,200 bytes and a number fit into what every "
      "network carries at once.");
  chapter("A line for every subscriber");
  by_hand("head -c 900 /dev/urandom | base64 -w0      as a line for the server");
  Program server("feed_server", anywhere);
  Endpoint there = server.listening_on();
  std::vector<UdpPeer> all;
  for (int i = 1; i <= 200; ++i) {
    all.emplace_back("subscriber " + std::to_string(i));
    all.back().send_to(there, "JOIN");
    REQUIRE(all.back().receive() == "WELCOME 1");
  }
  std::vector<std::string> expected;
  for (int line = 1; line <= 10; ++line) {
    std::string text = random_text(1200);
    expected.push_back(std::to_string(line) + " " + text);
    server.type(text + "\n");
  }
  std::sort(expected.begin(), expected.end());
  for (UdpPeer& subscriber : all) {
    std::vector<std::string> got;
    for (int line = 1; line <= 10; ++line) got.push_back(subscriber.receive_within(patience()).bytes);
    std::sort(got.begin(), got.end());
    REQUIRE(got == expected);
  }
}

TEST_CASE("05.7.5 A line holds any bytes, or none", "[program:feed_server][points:1][needs:05.7.1]") {
  because(
      "Only the newline ends a line. A zero byte, a carriage return or a blank belongs to it, and an empty line is a "
      "line.");
  chapter("A line for every subscriber");
  by_hand("printf 'a\\0b\\n\\n' | ./feed_server 127.0.0.1 7000");
  Program server("feed_server", anywhere);
  UdpPeer us;
  CHECK(joins(us, server, 1));

  server.type(std::string("a\0b\xff\n\n  blanks  \r\n%s%n\n", 23));
  CHECK(us.receive() == std::string("1 a\0b\xff", 6));
  CHECK(us.receive() == "2 ");
  CHECK(us.receive() == "3   blanks  \r");
  CHECK(us.receive() == "4 %s%n");
  server.wait_until_idle();
  server.type("\n");  // all that there is to read
  CHECK(us.receive() == "5 ");
}

TEST_CASE("05.7.6 The feed by IPv6", "[program:feed_server][points:1][extra][needs:05.7.1]") {
  if (!have_ipv6()) SKIP("this machine's loopback has no ::1");
  because(
      "An address is a value of its family's length. Who keeps a sockaddr_in forgets three quarters of an IPv6 "
      "address.");
  chapter("Subscribers and leases");
  by_hand("./feed_server ::1 7000      and      nc -u ::1 7000");
  Program server("feed_server", {"::1", "0"});
  CHECK(server.listening_on().host == "::1");
  UdpPeer first("the first", "::1"), second("the second", "::1");
  CHECK(joins(first, server, 1));
  CHECK(joins(second, server, 1));
  server.type("hello\n");
  CHECK(first.receive() == "1 hello");
  CHECK(second.receive() == "1 hello");
}

TEST_CASE("05.7.7 What a signal interrupts is carried on",
          "[waits][program:feed_server][points:1][extra][needs:05.7.3]") {
  because(
      "A call that waits ends with EINTR when a signal arrives. Nothing has happened then, neither to a subscriber nor "
      "to stdin: call it again.");
  chapter("A line for every subscriber");
  by_hand("run it under gdb, interrupt it with Ctrl-C and continue");
  Program server("feed_server", anywhere, with(interrupts_every(3)));
  UdpPeer first("the first"), second("the second");
  CHECK(joins(first, server, 1));
  CHECK(joins(second, server, 1));
  for (int number = 1; number <= 4; ++number) {
    server.type("line\n");
    for (UdpPeer* subscriber : {&first, &second}) REQUIRE(subscriber->receive() == std::to_string(number) + " line");
    CHECK(joins(first, server, number + 1));
  }

  server.end_input();
  CHECK(first.receive() == "END 4");
  CHECK(second.receive() == "END 4");
  CHECK(server.exit_status() == 0);
}

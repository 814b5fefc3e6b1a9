// What a peer can observe of retry_client. Parts 06.5 and 06.6.
#include <algorithm>
#include <set>

#include "harness.hpp"
#include "tries.hpp"

using namespace harness;

namespace {

using Clock = std::chrono::steady_clock;

void chapter(const std::string& heading) { read_about("docs/06-timeouts.md \"" + heading + "\""); }

}  // namespace

TEST_CASE("06.5.1 The client sends its id and message, and prints the answer without the id",
          "[program:retry_client][points:3]") {
  because("The id says which question an answer belongs to. It is for the two programs; the user gets the answer.");
  chapter("An id for each question");
  by_hand(
      "nc -u -l 127.0.0.1 7000      and      ./retry_client 127.0.0.1 7000 Hello 3 5000, then type what arrived with "
      "Echo: before it");
  UdpPeer us;
  std::string message = "Hello \xff%s " + random_text(3000);
  Program client("retry_client", {us.host(), us.port(), message, "3", "10000"});

  Datagram question = next_arrival(us, patience());
  REQUIRE(is_try(question, message));
  us.send_to(question.from, "Echo: " + question.bytes);
  CHECK(client.output() == "Echo: " + message + "\n");
  CHECK(client.exit_status() == 0);
}

TEST_CASE("06.5.2 A datagram with another id is no answer", "[program:retry_client][points:2][needs:06.5.1]") {
  because(
      "It may be a late answer to a question of an earlier run. Without the id you would take the answer to one "
      "question for that of another. Go on waiting then, asleep: a loop that asks again and again keeps a core busy.");
  chapter("An id for each question");
  by_hand(
      "nc -u -l 127.0.0.1 7000      and      ./retry_client 127.0.0.1 7000 Hello 3 5000, then type Echo: 00000000 "
      "wrong");
  UdpPeer us;
  Program client("retry_client", {us.host(), us.port(), "Hello", "3", "10000"});

  Datagram question = next_arrival(us, patience());
  REQUIRE(is_try(question, "Hello"));
  std::string id = question.bytes.substr(0, 8);
  for (const std::string& other : {other_id(id), id.substr(0, 7) + (id[7] == '0' ? "1" : "0")}) {
    us.send_to(question.from, "Echo: " + other + " wrong");
    us.send_to(question.from, "Echo: " + other + " wrong");
  }
  us.send_to(question.from, "Echo: wrong");
  us.send_to(question.from, "");
  CHECK(takes_at_most_of_a_core(0.1, client));
  us.send_to(question.from, "Echo: " + question.bytes);
  CHECK(client.output() == "Echo: Hello\n");
  CHECK(client.exit_status() == 0);
}

TEST_CASE("06.5.3 A stranger's datagram is no answer", "[program:retry_client][points:2][needs:06.5.1]") {
  because("Anybody may send to your port. An answer comes from the address and the port that you asked.");
  chapter("Strangers and refusals");
  by_hand(
      "nc -u -l 127.0.0.1 7000      and      ./retry_client 127.0.0.1 7000 Hello 3 5000, then send to its port from a "
      "second nc -u");
  UdpPeer us, stranger("a stranger");
  Program client("retry_client", {us.host(), us.port(), "Hello", "3", "10000"});

  Datagram question = next_arrival(us, patience());
  REQUIRE(is_try(question, "Hello"));
  std::string forged = "Echo: " + question.bytes.substr(0, 9) + "forged";
  stranger.send_to(question.from, forged);
  send_from_same_port("127.0.0.2", us.endpoint().port, question.from, forged);
  us.send_to(question.from, "Echo: " + question.bytes);
  CHECK(client.output() == "Echo: Hello\n");
  CHECK(client.exit_status() == 0);
}

TEST_CASE("06.5.4 Each run has an id of its own", "[program:retry_client][points:1][needs:06.5.1]") {
  because(
      "Runs that share an id take each other's answers. The second of the day, or a generator without a seed, is the "
      "same for all who start together. The number of the process differs, but others can guess it.");
  chapter("An id for each question");
  by_hand(
      "nc -u -l -k 127.0.0.1 7000      and      for i in 1 2 3 4; do ./retry_client 127.0.0.1 7000 Hello 1 1000 & "
      "done");
  UdpPeer us;
  std::vector<std::unique_ptr<Program>> clients;
  for (int i = 0; i < 4; ++i)
    clients.push_back(std::make_unique<Program>("retry_client",
                                                std::vector<std::string>{us.host(), us.port(), "Hello", "1", "10000"}));

  std::set<std::string> ids;
  for (int i = 0; i < 4; ++i) {
    Datagram question = next_arrival(us, patience());
    REQUIRE(is_try(question, "Hello"));
    ids.insert(question.bytes.substr(0, 8));
  }
  CHECK(all_differ(ids, 4));
  CHECK(look_random(ids));
}

TEST_CASE("06.5.5 The client asks by IPv6 too", "[program:retry_client][points:1][extra][needs:06.5.1]") {
  if (!have_ipv6()) SKIP("this machine's loopback has no ::1");
  because("getaddrinfo tells the family. A socket of the other family cannot send there.");
  chapter("Strangers and refusals");
  by_hand("nc -u -l ::1 7000      and      ./retry_client ::1 7000 Hello 3 5000");
  UdpPeer us("we", "::1");
  Program client("retry_client", {"::1", us.port(), "Hello", "3", "10000"});

  Datagram question = next_arrival(us, patience());
  REQUIRE(is_try(question, "Hello"));
  us.send_to(question.from, "Echo: " + question.bytes);
  CHECK(client.output() == "Echo: Hello\n");
}

TEST_CASE("06.6.1 Without an answer it asks again, TRIES times in all, after waits that double",
          "[waits][program:retry_client][points:4][needs:06.5.1]") {
  because(
      "A datagram may be lost. Ask again, and give a network that is too busy more time with each try. The id stays: "
      "it is the same question.");
  chapter("Back-off");
  by_hand("nc -u -l 127.0.0.1 7000      and      time ./retry_client 127.0.0.1 7000 Hello 3 300");
  UdpPeer us;
  note_arrivals(us);
  Program client("retry_client", {us.host(), us.port(), "Hello", "3", "300"});

  std::vector<Datagram> tries = tries_until_end(us);
  REQUIRE(are_tries(tries, 3, "Hello"));
  CHECK(is_on_time(tries[1].when - tries[0].when, Milliseconds(300), "the second try"));
  CHECK(is_on_time(tries[2].when - tries[1].when, Milliseconds(600), "the third try"));
}

TEST_CASE("06.6.2 The last wait is waited out, then the client gives up",
          "[waits][program:retry_client][points:3][needs:06.5.1]") {
  because(
      "The last try deserves an answer like the others. Who ends right after sending it might as well not have sent "
      "it.");
  chapter("Back-off");
  by_hand("nc -u -l 127.0.0.1 7000      and      time ./retry_client 127.0.0.1 7000 Hello 2 500; echo $?");
  UdpPeer us, them("they");
  note_arrivals(us);
  Program twice("retry_client", {us.host(), us.port(), "Hello", "2", "500"});
  Program once("retry_client", {them.host(), them.port(), "Hello", "1", "1500"});

  std::vector<Datagram> tries{next_arrival(us, patience()), next_arrival(us, patience())};
  REQUIRE(are_tries(tries, 2, "Hello"));
  REQUIRE(ends_within(twice, Milliseconds(1000), tries[1].when));
  CHECK(is_on_time(Clock::now() - tries[1].when, Milliseconds(1000), "its end after the last try"));
  REQUIRE(ends_after(once, Milliseconds(1500)));
  CHECK(twice.exit_status() == 1);
  CHECK(twice.complains("no answer after 2 tries"));
  CHECK(twice.complains("retry_client: "));
}

TEST_CASE("06.6.3 An answer that comes late in the last wait is taken",
          "[waits][program:retry_client][points:2][needs:06.5.1]") {
  because("Each wait is for an answer, the last one too.");
  chapter("Back-off");
  by_hand(
      "nc -u -l 127.0.0.1 7000      and      ./retry_client 127.0.0.1 7000 Hello 2 2000, and answer the second try "
      "after three seconds");
  UdpPeer us;
  Program client("retry_client", {us.host(), us.port(), "Hello", "2", std::to_string(stretched(600).count())});

  std::vector<Datagram> tries{next_arrival(us, patience()), next_arrival(us, patience())};
  REQUIRE(are_tries(tries, 2, "Hello"));
  pass_time(client, Clock::now() + stretched(600));
  us.send_to(tries[1].from, "Echo: " + tries[1].bytes);
  CHECK(client.output() == "Echo: Hello\n");
  CHECK(client.exit_status() == 0);
}

TEST_CASE("06.6.4 An answer to an earlier try is an answer", "[waits][program:retry_client][points:2][needs:06.5.1]") {
  because(
      "The answer may have been slow and not lost. It is the same question, so keep the id and the socket from one try "
      "to the next.");
  chapter("Back-off");
  by_hand(
      "nc -u -l 127.0.0.1 7000      and      ./retry_client 127.0.0.1 7000 Hello 3 1000, and answer the first try "
      "after the second has come");
  UdpPeer us;
  Program client("retry_client", {us.host(), us.port(), "Hello", "3", std::to_string(stretched(500).count())});

  std::vector<Datagram> tries{next_arrival(us, patience()), next_arrival(us, patience())};
  REQUIRE(are_tries(tries, 2, "Hello"));
  us.send_to(tries[0].from, "Echo: " + tries[0].bytes);
  CHECK(client.output() == "Echo: Hello\n");
  CHECK(client.exit_status() == 0);
}

TEST_CASE("06.6.5 Datagrams that are no answer neither end a wait nor start it anew",
          "[waits][program:retry_client][points:3][extra][needs:06.5.1]") {
  because(
      "If each datagram starts the wait anew, whoever sends often enough keeps you from ever asking again. One "
      "deadline for each wait.");
  chapter("Junk does not move the deadline");
  by_hand(
      "a Python server that answers each try with ten wrong ids a second      and      time ./retry_client 127.0.0.1 "
      "7000 Hello 2 600");
  UdpPeer us, stranger("a stranger");
  note_arrivals(us);
  Program client("retry_client", {us.host(), us.port(), "Hello", "2", std::to_string(stretched(600).count())});

  std::vector<Datagram> tries{next_arrival(us, patience())};
  REQUIRE(is_try(tries[0], "Hello"));
  Endpoint whom = tries[0].from;
  std::string id = tries[0].bytes.substr(0, 8);
  keep_doing(client, Milliseconds(60), stretched(1800), [&] {
    us.send_to(whom, "Echo: " + other_id(id) + " wrong");
    stranger.send_to(whom, "Echo: " + id + " forged");
    if (Datagram more = next_arrival(us, Milliseconds(0)); more.ending == Ending::more) tries.push_back(more);
  });
  REQUIRE(are_tries(tries, 2, "Hello"));
  CHECK(is_on_time(tries[1].when - tries[0].when, stretched(600), "the second try"));
  REQUIRE(ends_within(client, stretched(1200), tries[1].when));
  CHECK(client.complains("no answer after 2 tries"));
}

TEST_CASE("06.6.6 A refusal is no answer", "[waits][program:retry_client][points:2][needs:06.6.2]") {
  because(
      "The server may be starting again just now. A connected socket hears of the refusal (ECONNREFUSED); go on "
      "waiting all the same.");
  chapter("Strangers and refusals");
  by_hand("time ./retry_client 127.0.0.1 1 Hello 4 100; echo $?");
  ClosedUdpPort nobody;
  const Milliseconds wait = stretched(100);
  Program client("retry_client", {"127.0.0.1", nobody.port(), "Hello", "4", std::to_string(wait.count())});

  // 1 + 2 + 4 + 8: who adds instead of doubling is much too early, who triples is too late on every machine.
  REQUIRE(ends_after(client, 15 * wait));
  CHECK(client.exit_status() == 1);
  CHECK(client.complains("no answer after 4 tries"));

  // Whoever may be there, the lowest port is one like any other and no wrong usage.
  Program lowest("retry_client", {"127.0.0.1", "1", "Hello", "1", "1"});
  CHECK(lowest.accepts_its_arguments());
}

TEST_CASE("06.6.7 Being stopped and continued changes no wait",
          "[waits][program:retry_client][points:2][extra][needs:06.6.1]") {
  because("A wait that is interrupted (EINTR) has not ended. It goes on for what is left of it.");
  chapter("Interrupted waits");
  by_hand(
      "nc -u -l 127.0.0.1 7000      and      time ./retry_client 127.0.0.1 7000 Hello 2 600, again and again Ctrl-Z "
      "and fg");
  UdpPeer us;
  note_arrivals(us);
  Program client("retry_client", {us.host(), us.port(), "Hello", "2", "600"});

  std::vector<Datagram> tries{next_arrival(us, patience())};
  REQUIRE(is_try(tries[0], "Hello"));
  keep_doing(client, Milliseconds(150), Milliseconds(1800), [&] {
    client.stop();
    client.resume();
    if (Datagram more = next_arrival(us, Milliseconds(0)); more.ending == Ending::more) tries.push_back(more);
  });
  REQUIRE(are_tries(tries, 2, "Hello"));
  CHECK(is_on_time(tries[1].when - tries[0].when, Milliseconds(600), "the second try"));
  REQUIRE(ends_within(client, Milliseconds(1200), tries[1].when));
  CHECK(client.complains("no answer after 2 tries"));
}

TEST_CASE("06.6.8 Wrong arguments get a usage line and status 2", "[program:retry_client][points:1][needs:06.5.1]") {
  because("A number is digits and nothing else. atoi makes 0 of \"many\" and says nothing.");
  chapter("Limits as arguments");
  by_hand("./retry_client 127.0.0.1 7000 Hello many 1000; echo $?");
  auto arguments = GENERATE(std::vector<std::string>{}, std::vector<std::string>{"127.0.0.1", "7", "m", "3"},
                            std::vector<std::string>{"127.0.0.1", "7", "m", "many", "1000"},
                            std::vector<std::string>{"127.0.0.1", "7", "m", "3", "soon"},
                            std::vector<std::string>{"127.0.0.1", "7", "m", "3x", "1000"},
                            std::vector<std::string>{"127.0.0.1", "7", "m", "-1", "1000"},
                            std::vector<std::string>{"127.0.0.1", "0", "m", "3", "1000"});
  Program client("retry_client", arguments);
  CHECK(client.exit_status() == 2);
  CHECK(client.prints_usage());
}

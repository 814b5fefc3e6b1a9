// How calls are told to a person.
#include "calls.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cerrno>

#include "chart.hpp"

using namespace harness;

namespace {

RecordedCall call(const std::string& name, int fd, std::int64_t asked, std::int64_t result,
                  const std::string& bytes = "") {
  static std::uint64_t number = 0;
  RecordedCall one;
  one.number = ++number;
  one.begun = number * 1'000'000;
  one.ended = one.begun + 1000;
  one.name = name;
  one.fd = fd;
  one.asked = asked;
  one.result = result;
  one.bytes = bytes;
  return one;
}

}  // namespace

TEST_CASE("A call is told with its result, its bytes and its error") {
  CHECK(in_words(call("recv", 4, 1024, 3, "Hel")) == "recv(4, 1024) = 3 \"Hel\"");
  CHECK(in_words(call("recv", 4, 1024, 0)) == "recv(4, 1024) = 0 (end of stream)");
  RecordedCall failed = call("accept", 3, 0, -1);
  failed.error = ECONNABORTED;
  CHECK(in_words(failed) == "accept(3) = -1 ECONNABORTED (Software caused connection abort)");
  RecordedCall waiting = call("recv", 4, 1024, 0);
  waiting.ended = 0;
  CHECK(in_words(waiting) == "recv(4, 1024) ... still waiting");
  CHECK(in_words(call("close", 4, 5, 0)) == "close(4) = 0 with 5 bytes unread");
}

TEST_CASE("Repeated calls are folded with a count, and the peer's steps stand between them") {
  std::vector<RecordedCall> calls;
  for (int i = 0; i < 100; ++i) calls.push_back(call("recv", 4, 1, 1, "x"));
  calls.push_back(call("send", 4, 100, 100, "xxxx"));
  OurStep between{calls.back().begun - 1, "we sent end of stream"};
  std::string text = listing(calls, {between}, 0, ~std::uint64_t{0}, 10);
  CHECK(text.find("recv(4, 1)   100 times, 100 bytes in all") != std::string::npos);
  CHECK(text.find("100 times") < text.find("we sent end of stream"));
  CHECK(text.find("we sent end of stream") < text.find("send(4, 100)"));
}

TEST_CASE("Only the calls near the break are told") {
  std::vector<RecordedCall> calls;
  for (int i = 0; i < 100; ++i) calls.push_back(call("send", i, 1, 1, "x"));
  std::string text = listing(calls, {}, 0, calls[60].begun, 5);
  CHECK(text.starts_with("(56 earlier)\n"));
  CHECK(text.find("send(60, 1)") != std::string::npos);
  CHECK(text.find("send(61, 1)") == std::string::npos);
}

TEST_CASE("A chart has an arrow for what crosses, and its drawing is one whole element") {
  Chart chart = chart_of(
      Lane{"echo_client", {call("send", 3, 5, 5, "he<>\""), call("recv", 3, 100, 0), call("close", 3, 0, 0)}}, 0);
  REQUIRE(chart.rows.size() == 3);
  CHECK(chart.rows[0].wire_way == Way::right);
  CHECK(chart.rows[1].wire == "end of stream (FIN)");
  std::string text = as_text(chart), svg = as_svg(chart);
  CHECK(text.find("->|") != std::string::npos);
  CHECK(svg.starts_with("<svg "));
  CHECK(svg.ends_with("</svg>\n"));
  CHECK(svg.find("he<") == std::string::npos);
}

TEST_CASE("A chart tells an empty datagram from the end of a stream, and where a connect leads") {
  RecordedCall sent = call("send", 3, 0, 0), datagram = call("recv", 3, 100, 0), connected = call("connect", 4, 0, 0);
  datagram.of_datagrams = sent.of_datagrams = connected.of_stream = true;
  RecordedCall refused = connected, waiting = connected;
  refused.result = waiting.result = -1;
  refused.error = ECONNREFUSED;
  waiting.error = EINPROGRESS;
  Chart chart = chart_of(Lane{"client", {sent, datagram, connected, refused, waiting}}, 0);
  REQUIRE(chart.rows.size() == 5);
  CHECK(chart.rows[0].wire == "empty datagram");
  CHECK(chart.rows[0].wire_way == Way::right);
  CHECK(chart.rows[1].wire == "empty datagram");
  CHECK(chart.rows[1].wire_way == Way::left);
  CHECK(chart.rows[2].wire == "connection (SYN)");
  CHECK(chart.rows[3].wire == "SYN, refused");
  CHECK(chart.rows[4].wire == "SYN");
}

TEST_CASE("A chart of two programs shows the packets between them, beside the calls that sent them") {
  RecordedCall listening = call("listen", 3, 10, 0), sends = call("send", 4, 5, 5, "hello"),
               waits = call("recv", 5, 100, 5, "hello");
  listening.address = "127.0.0.1:7000";
  waits.begun = sends.begun - 500;
  waits.ended = sends.begun + 900;
  std::vector<SeenPacket> packets{{sends.begun + 100, 40000, 7000, "", "hello", 5},
                                  {sends.begun + 5000, 7000, 40000, "FIN", "", 0}};
  Chart chart = chart_of(Lane{"echo_client", {sends}}, Lane{"echo_server", {listening, waits}}, packets, 0);
  REQUIRE(chart.rows.size() == 4);
  CHECK(chart.rows[1].left == "send(4, 5) = 5 \"hello\"");
  CHECK(chart.rows[1].wire == "5 bytes \"hello\"");
  CHECK(chart.rows[1].wire_way == Way::right);
  CHECK(chart.rows[2].right_way == Way::right);
  CHECK(chart.rows[2].waits_from == 1);  // it waited while that was sent
  CHECK(chart.rows[3].wire == "FIN");
  CHECK(chart.rows[3].wire_way == Way::left);
}

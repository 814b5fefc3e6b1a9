// How calls are told to a person.
#include "calls.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cerrno>

#include "chart.hpp"

using namespace harness;

namespace {

RecordedCall call(const std::string& name, int fd, std::int64_t asked, std::int64_t result, const std::string& bytes = "") {
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
  auto events = events_of({call("send", 3, 5, 5, "he<>\""), call("recv", 3, 100, 0), call("close", 3, 0, 0)}, 0);
  REQUIRE(events.size() == 3);
  CHECK(events[0].way == Event::Way::out);
  CHECK(events[1].wire == "end of stream (FIN)");
  std::string text = chart_as_text(events, "echo_client"), svg = chart_as_svg(events, "echo_client");
  CHECK(text.find("->|") != std::string::npos);
  CHECK(svg.starts_with("<svg "));
  CHECK(svg.ends_with("</svg>\n"));
  CHECK(svg.find("he<") == std::string::npos);
}

// How bytes are shown to a learner.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "quoted.hpp"
#include "random.hpp"

using harness::compare;
using harness::in_quotes;

TEST_CASE("Bytes are shown between quotes, with C escapes") {
  CHECK(in_quotes("hello") == R"("hello")");
  CHECK(in_quotes(std::string("a\0b\n\xff\"\\", 7)) == R"("a\x00b\n\xff\"\\")");
  CHECK(in_quotes("") == R"("")");
}

TEST_CASE("An escape has two digits, whatever follows it") {
  CHECK(in_quotes(std::string("\0"
                              "1",
                              2)) == R"("\x001")");
}

TEST_CASE("Long bytes are cut, and their number is told") {
  std::string text = in_quotes(std::string(1000, 'x'), 60);
  CHECK(text.size() < 120);
  CHECK(text.find("1000") != std::string::npos);
}

TEST_CASE("The caret stands under the first wrong byte") {
  auto shown = compare("Echo: Hello", "Echo: hello");
  CHECK(shown.expected == R"("Echo: Hello")");
  CHECK(shown.received == R"("Echo: hello")");
  CHECK(shown.caret.find('^') == 7);  // the quote, then six bytes
}

TEST_CASE("Two texts that differ never look the same, however long they are") {
  std::string expected(100000, 'a'), received = expected;
  received[70000] = 'b';
  auto shown = compare(expected, received);
  CHECK(shown.expected != shown.received);
  CHECK(shown.received.find('b') == shown.caret.find('^'));
  CHECK(shown.caret.find("70000") != std::string::npos);
}

TEST_CASE("Counted bytes tell their own offset") {
  std::string bytes = harness::counted_bytes(100'003);
  CHECK(bytes.size() == 100'003);
  CHECK(bytes.substr(0, 24) == "0000000.0000008.0000016.");
  CHECK(bytes.substr(99'992, 8) == "0099992.");
}

// The test that judges the rogues: as small as a lab's test, and run as one.
#include <catch2/catch_test_macros.hpp>

#include "harness.hpp"

using namespace harness;

// Run by its name alone: two programs, of which the second is started when the first has said something.
TEST_CASE("99.2.1 The second answers as the first does", "[.][program:rogue][points:1]") {
  Program first("rogue");
  Peer client = first.connect();
  client.send("question");
  Program second("rogue");
  second.listening_on();
  CHECK(client.receive_all() == "right");
}

TEST_CASE("99.1.1 The answer is right", "[program:rogue][points:1]") {
  because("The answer must be right.");
  Program server("rogue");
  Peer client = server.connect();
  client.send("question");
  client.finish_sending();
  CHECK(client.receive_all() == "right");
}

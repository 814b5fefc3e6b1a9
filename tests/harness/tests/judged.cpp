// The test that judges the rogues: as small as a lab's test, and run as one.
#include <catch2/catch_test_macros.hpp>

#include "harness.hpp"

using namespace harness;

TEST_CASE("99.1.1 The answer is right", "[program:rogue][points:1]") {
  because("The answer must be right.");
  Program server("rogue");
  Peer client = server.connect();
  client.send("question");
  client.finish_sending();
  CHECK(client.receive_all() == "right");
}

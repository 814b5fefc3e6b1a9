// What a peer can observe of quote_server.
#include "harness.hpp"

using namespace harness;

namespace {

// The task sheet, until there is a chapter.
const std::string task = "labs/08-quote/README.md";

}  // namespace

TEST_CASE("08.1.1 The server says where it listens and can be reached there", "[program:quote_server][points:30]") {
  because("Only the server can tell which port the system chose. The line must be flushed.");
  read_about(task);
  by_hand("./quote_server 127.0.0.1 0 hello");
  Program server("quote_server", {"127.0.0.1", "0", "hello"});
  CHECK(server.connect().connected());
}

TEST_CASE("08.2.1 The quote comes whole, and then the end of the stream",
          "[program:quote_server][points:40][needs:08.1.1]") {
  because("The end of the stream is how the client knows that this is all: close, or finish sending.");
  read_about(task);
  by_hand("./quote_server 127.0.0.1 7000 hello      and      nc 127.0.0.1 7000");
  std::string text = GENERATE(std::string("hello"), std::string(100'000, 'x'));
  Program server("quote_server", {"127.0.0.1", "0", text});

  CHECK(server.connect().receive_all() == text + "\n");
}

TEST_CASE("08.3.1 The next client is served, also after one that broke off",
          "[program:quote_server][points:30][needs:08.2.1]") {
  because("One client's failure ends one conversation and never the service.");
  read_about(task);
  by_hand("nc 127.0.0.1 7000      twice");
  Program server("quote_server", {"127.0.0.1", "0", "hello"});

  server.connect().reset();
  CHECK(server.connect().receive_all() == "hello\n");
  CHECK(server.connect().receive_all() == "hello\n");
}

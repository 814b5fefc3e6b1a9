#include "far_end.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "sockets.hpp"

using namespace harness;

namespace {

// Both ends of a connection: ours, as a test has it, and theirs, as a program would.
struct Pair {
  int listener = -1, ours = -1, theirs = -1;

  Pair(const std::string& listens_on, const std::string& connects_to) {
    SocketAddress where = to_address(listens_on, 0);
    listener = ::socket(where.family(), SOCK_STREAM, 0);
    if (::bind(listener, where.get(), where.length) != 0 || ::listen(listener, 1) != 0) SKIP("no such address here");
    SocketAddress to = to_address(connects_to, local_address(listener).port());
    ours = ::socket(to.family(), SOCK_STREAM, 0);
    REQUIRE(::connect(ours, to.get(), to.length) == 0);
    theirs = ::accept(listener, nullptr, nullptr);
    REQUIRE(theirs >= 0);
  }
  ~Pair() {
    for (int fd : {listener, ours, theirs})
      if (fd >= 0) ::close(fd);
  }

  void they_close() {
    ::close(theirs);
    theirs = -1;
    char byte;
    REQUIRE(::recv(ours, &byte, 1, 0) <= 0);
  }
};

using Look = std::optional<FarEnd> (*)(int);

}  // namespace

TEST_CASE("The far end of a connection is seen, with what is unread") {
  Look look = GENERATE(Look(far_end), Look(far_end_by_table));
  auto [listens_on, connects_to] =
      GENERATE(std::pair("127.0.0.1", "127.0.0.1"), std::pair("::1", "::1"), std::pair("::", "127.0.0.1"));
  Pair pair(listens_on, connects_to);
  auto theirs = look(pair.ours);
  REQUIRE(theirs);
  CHECK(theirs->established);
  CHECK(theirs->unread == 0);

  REQUIRE(::send(pair.ours, "12345", 5, 0) == 5);
  wait_until_acknowledged(pair.ours);
  CHECK(look(pair.ours)->unread == 5);
  CHECK_FALSE(everything_is_read(pair.ours));

  char bytes[5];
  REQUIRE(::recv(pair.theirs, bytes, sizeof bytes, MSG_WAITALL) == 5);
  CHECK(look(pair.ours)->unread == 0);
  CHECK(everything_is_read(pair.ours));
}

TEST_CASE("A far end that has closed is not established, also while another socket listens on its port") {
  Look look = GENERATE(Look(far_end), Look(far_end_by_table));
  Pair pair("127.0.0.1", "127.0.0.1");
  SECTION("with bytes unread, so that the connection is reset") {
    REQUIRE(::send(pair.ours, "1", 1, 0) == 1);
    wait_until_acknowledged(pair.ours);
    pair.they_close();
  }
  SECTION("with all received") { pair.they_close(); }
  auto theirs = look(pair.ours);
  CHECK_FALSE((theirs && theirs->established));
  CHECK(everything_is_read(pair.ours));
}

TEST_CASE("A socket that is not connected has no far end") {
  int fd = new_socket(AF_INET, SOCK_STREAM);
  CHECK_FALSE(far_end(fd));
  CHECK_FALSE(far_end_by_table(fd));
  ::close(fd);
}

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "error.hpp"

TEST_CASE("throw_errno keeps the error and names the call and its operand") {
  try {
    errno = ECONNREFUSED;
    net::throw_errno("connect to 127.0.0.1:7");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::connection_refused);
    CHECK(std::string(error.what()) == "connect to 127.0.0.1:7: Connection refused");
    return;
  }
  FAIL("nothing was thrown");
}

TEST_CASE("The resolver's category lives as long as the program and has its own messages") {
  const std::error_category& category = net::resolver_category();
  CHECK(&category == &net::resolver_category());
  CHECK_FALSE(category.message(-2).empty());
  CHECK(category.message(-2) != std::generic_category().message(2));
}

TEST_CASE("run_main turns what is thrown into an exit status") {
  char name[] = "/some/where/program";
  char* arguments[] = {name, nullptr};
  auto status = [&](void (*body)(int, char**)) { return net::run_main(name, body, 1, arguments); };
  CHECK(status([](int, char**) {}) == 0);
  CHECK(status([](int, char**) { throw std::runtime_error("no"); }) == 1);
  CHECK(status([](int, char**) { throw net::UsageError("program HOST"); }) == 2);
  CHECK(status([](int, char**) { net::not_written("01.1 socket"); }) == 3);
}

TEST_CASE("A result that cannot be written is a failure, also when it still waits in the program at the end") {
  const bool flushed = GENERATE(false, true);
  pid_t child = ::fork();
  if (child == 0) {
    char name[] = "program";
    char* arguments[] = {name, nullptr};
    std::FILE* full = std::freopen("/dev/full", "w", stdout);
    void (*print)(int, char**) = [](int, char**) { std::fputs("the result\n", stdout); };
    if (flushed)
      print = [](int, char**) {
        std::fputs("the result\n", stdout);
        std::fflush(stdout);
      };
    ::_exit(full == nullptr ? 9 : net::run_main(name, print, 1, arguments));
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 1);
}

TEST_CASE("A part that is not written is no failure that a handler could take for one") {
  bool handled = false;
  try {
    try {
      net::not_written("02.3 send the whole reply");
    } catch (const std::exception&) {
      handled = true;
    }
  } catch (const net::NotWritten& part) {
    CHECK(part.text() == "not written yet: 02.3 send the whole reply");
  }
  CHECK_FALSE(handled);
}

TEST_CASE("A part that is not written ends the program with 3 in a thread too") {
  pid_t child = ::fork();
  if (child == 0) {
    char name[] = "program";
    char* arguments[] = {name, nullptr};
    net::run_main(
        name, [](int, char**) { std::thread([] { net::not_written("07.2 the handshake and its limit"); }).join(); }, 1,
        arguments);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 3);
}

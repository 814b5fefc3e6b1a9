#pragma once
#include <string>

#include "harness.hpp"

/// A socket_shell under test: one command a line, one answer a line.
class Shell {
 public:
  explicit Shell(harness::Options options = {}) : program_("socket_shell", {}, std::move(options)) {}

  /// Types a command and waits for its answer.
  harness::Received ask(const std::string& command) {
    program_.type(command + "\n");
    return program_.next_line();
  }

  /// Types a command whose answer will come later.
  void start(const std::string& command) { program_.type(command + "\n"); }
  harness::Received answer() { return program_.next_line(); }

  /// The descriptor in an answer such as `fd 3`; ends the test when there is none.
  std::string open(const std::string& kind) { return descriptor(ask("socket " + kind)); }
  std::string descriptor(const harness::Received& answer);

  /// A socket of this kind, bound to 127.0.0.1 and a port that the system chose.
  std::string bound(const std::string& kind) {
    std::string fd = open(kind);
    REQUIRE(ask("bind " + fd + " 127.0.0.1 0") == "ok");
    return fd;
  }

  /// A socket that listens there.
  std::string listening() {
    std::string fd = bound("tcp");
    REQUIRE(ask("listen " + fd) == "ok");
    return fd;
  }

  /// Where a socket of this shell is: `address FD`.
  harness::Endpoint address(const std::string& fd);

  harness::Program& program() { return program_; }

 private:
  harness::Program program_;
};

/// `127.0.0.1:40001` and `[::1]:40001`; ends the test when `text` is neither.
harness::Endpoint endpoint(const std::string& text);

#pragma once
#include <cstdint>
#include <string>

#include "peer.hpp"
#include "program.hpp"

namespace harness {

/// A TCP server that is there and lets nobody in: its queue is full and stays so, and the system drops every further
/// request for a connection without a word. A connect to it hangs, for two minutes if nobody ends it.
class FullListener {
 public:
  /// \param host a numeric address
  /// \param port 0 lets the system choose
  explicit FullListener(std::string host = "127.0.0.1", std::uint16_t port = 0);
  ~FullListener();
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;

  std::string host() const { return endpoint_.host; }                  ///< Numeric, without brackets.
  std::string port() const { return std::to_string(endpoint_.port); }  ///< As the programs take it.

 private:
  int fd_ = -1, filler_ = -1;
  Endpoint endpoint_;
};

/// Makes connections to `listener` take little in, from the next on: as long as the test does not receive, what a
/// client sends soon fills the buffers on the way, and then the client has to wait.
void take_little(const Listener& listener);

}  // namespace harness

#pragma once
#include <cstdint>
#include <string>
#include <thread>

/// A server for persistent_client, as a thread of the test. It sends all its answers before it reads on, and its
/// buffers are small: a client that does not read while it writes soon waits for ever. It serves one connection.
class EchoThread {
 public:
  EchoThread();
  ~EchoThread();
  EchoThread(const EchoThread&) = delete;
  EchoThread& operator=(const EchoThread&) = delete;

  std::string port() const { return std::to_string(port_); }

 private:
  void serve();

  int listener_ = -1, stop_ = -1, stop_write_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

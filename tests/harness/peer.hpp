#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "program.hpp"
#include "received.hpp"

namespace harness {

/// The test's end of a TCP connection with the program under test.
///
/// Built on plain system calls and on nothing of common/: a peer that shared the learner's helper would share its
/// bugs. Every wait has a deadline (patience()), and every step is told to the story.
class Peer {
 public:
  /// Connects to `where`. A test that goes on without checking connected() finds `refused` as the outcome of the
  /// first receive.
  /// \param name how the story calls this side when there are several ("client 1")
  static Peer connect(const Endpoint& where, std::string name = "we");

  /// Takes over a connected non-blocking socket of the test's own making.
  static Peer adopt(int fd, std::string name = "we");

  /// A peer may be moved: into a vector of many, out of a function.
  Peer(Peer&&) noexcept;
  Peer& operator=(Peer&&) noexcept;  ///< Likewise, after closing what it had.
  ~Peer();

  /// True when the connection was made; tells the story if not.
  bool connected() const;

  /// Sends all of `bytes`, in as few segments as the system makes of it.
  void send(std::string_view bytes);

  /// Sends `bytes` and waits until the program has read every byte that was sent to it, so that what is sent next
  /// cannot arrive together with it.
  void send_piece(std::string_view bytes);

  /// Sends `bytes`, finishes sending, and receives all the while, to the end. For messages that no buffer holds.
  Received exchange(std::string_view bytes);

  /// Sends `bytes` while receiving exactly `count` bytes, and leaves the connection open.
  Received converse(std::string_view bytes, std::size_t count);

  /// Sends of `bytes` what the system takes without waiting.
  /// \returns what is left to send
  std::string_view send_what_fits(std::string_view bytes);

  /// Waits until all that was sent lies in the program's kernel buffers, read or not.
  void wait_until_delivered();

  /// True when everything that has arrived came in one segment, as one send makes it of a short message; tells the
  /// story if not. What a program that receives once sees of two segments is a matter of luck.
  bool heard_one_segment() const;

  /// Half-close: nothing more will be sent (FIN). Receiving goes on.
  void finish_sending();

  /// Closes; the system sends FIN, or RST when something was left unread.
  void close();

  /// Resets the connection (RST).
  void reset();

  /// Receives to the end of the stream.
  Received receive_all();

  /// Receives exactly `count` bytes, or fewer if it ends before.
  Received receive(std::size_t count);

  /// One single recv of at most `most` bytes, as a one-shot program makes it.
  Received receive_once(std::size_t most = 1024);

  /// True when nothing arrives, not even an end, for quiet_period(); tells the story if something does.
  bool hears_nothing();

  /// For what has no member here, such as socket options.
  int fd() const;

  std::uint16_t local_port() const;   ///< The test's own, in host byte order.
  std::uint16_t remote_port() const;  ///< The program's, in host byte order.

  /// Gives the descriptor away, for a peer that speaks something else from now on. This one is closed then.
  int release();

  /// How the story calls this side.
  const std::string& name() const;

 private:
  friend class Listener;
  class Connection;
  Received send_and_receive(std::string_view bytes, std::size_t count, bool then_finish);
  explicit Peer(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

/// A TCP server of the test's own, for the client programs.
class Listener {
 public:
  /// \param host a numeric address
  /// \param port 0: one that the system chooses
  explicit Listener(std::string host = "127.0.0.1", int backlog = 16, std::uint16_t port = 0);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::string host() const { return endpoint_.host; }                  ///< Numeric, without brackets.
  std::string port() const { return std::to_string(endpoint_.port); }  ///< As the programs take it.
  Endpoint endpoint() const { return endpoint_; }                      ///< Both.

  /// Waits for a connection. Fails the test when none comes.
  Peer accept(std::string name = "we");

  /// True when nobody connects for quiet_period(), or until every program has ended.
  bool nobody_connects();

  /// For what has no member here, such as socket options.
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
  Endpoint endpoint_;
};

/// A port of 127.0.0.1 on which nobody listens and that nobody is given while this object lives.
class ClosedPort {
 public:
  ClosedPort();
  ~ClosedPort();
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;
  std::string port() const { return std::to_string(port_); }  ///< As the programs take it.

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace harness

#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "clock.hpp"
#include "program.hpp"
#include "received.hpp"

namespace harness {

/// One datagram, or that none came. Compares equal to a text when a datagram of exactly these bytes came.
struct Datagram : Received {
  Endpoint from;                                 ///< who sent it
  std::chrono::steady_clock::time_point when{};  ///< it was taken from the socket
};

/// A UDP socket of the test's own: it talks with anybody, so a test may have several, friends and strangers. What the
/// network may do to datagrams is done by hand: to lose one is not to answer it.
///
/// Built on plain system calls. Every wait has a deadline (patience()), and every step is told to the story.
class UdpPeer {
 public:
  /// \param name how the story calls this side when there are several ("client 1", "a stranger")
  /// \param host a numeric address
  /// \param port 0 lets the system choose
  explicit UdpPeer(std::string name = "we", std::string host = "127.0.0.1", std::uint16_t port = 0);
  ~UdpPeer();
  /// A peer may be moved: into a vector of many, out of a function.
  UdpPeer(UdpPeer&& other) noexcept;
  UdpPeer& operator=(UdpPeer&&) = delete;

  std::string host() const { return endpoint_.host; }                  ///< Numeric, without brackets.
  std::string port() const { return std::to_string(endpoint_.port); }  ///< As the programs take it.
  Endpoint endpoint() const { return endpoint_; }                      ///< Both.

  /// From now on only datagrams from `where` are received, and a refusal by its system (ICMP) is heard.
  void connect(const Endpoint& where);

  /// Sends one datagram.
  void send_to(const Endpoint& where, std::string_view bytes);

  /// Sends one datagram to whoever sent `datagram`. Duplicates, late answers and answers in another order are just
  /// that: twice, later, another first.
  void answer(const Datagram& datagram, std::string_view bytes) { send_to(datagram.from, bytes); }

  /// The next datagram, whoever sent it; `silence` when none comes, `refused` when a connected socket hears so.
  Datagram receive();

  /// As many datagrams as are asked for, in the order in which they came; fewer when no more come.
  std::vector<Datagram> receive_all(std::size_t count);

  /// The same, but waits no longer than `limit`. Not an expectation.
  Datagram receive_within(Milliseconds limit);

  /// True when nothing arrives for quiet_period(); tells the story if something does.
  bool hears_nothing();

  /// For what has no member here, such as socket options.
  int fd() const { return fd_; }

 private:
  void tell(const std::string& verb, const std::string& what) const;
  int fd_ = -1;
  std::string name_;
  Endpoint endpoint_;
};

/// A UDP port of 127.0.0.1 on which nobody receives and that nobody is given while this object lives: the system
/// answers what is sent there with a refusal (ICMP port unreachable).
class ClosedUdpPort {
 public:
  ClosedUdpPort();
  std::string port() const { return holder_.port(); }  ///< As the programs take it.

 private:
  UdpPeer holder_;
};

}  // namespace harness

#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "clock.hpp"
#include "program.hpp"
#include "received.hpp"

namespace harness {

/// One datagram, or that none came. Compares equal to a text when a datagram of exactly these bytes came.
struct Datagram : Received {
  Endpoint from;                                ///< who sent it
  std::chrono::steady_clock::time_point when{};  ///< it was taken from the socket
};

/// A UDP socket of the test's own: it talks with anybody, so a test may have several, friends and strangers.
///
/// Built on plain system calls. Every wait has a deadline (patience()), and every step is told to the story.
class UdpPeer {
 public:
  /// Binds to a port that the system chooses.
  /// \param name how the story calls this side when there are several ("client 1", "a stranger")
  /// \param host a numeric address
  explicit UdpPeer(std::string name = "we", std::string host = "127.0.0.1");
  ~UdpPeer();
  UdpPeer(UdpPeer&& other) noexcept;
  UdpPeer& operator=(UdpPeer&&) = delete;

  std::string host() const { return endpoint_.host; }
  std::string port() const { return std::to_string(endpoint_.port); }
  Endpoint endpoint() const { return endpoint_; }

  /// From now on only datagrams from `where` are received, and a refusal by its system (ICMP) is heard.
  void connect(const Endpoint& where);

  /// Sends one datagram.
  void send_to(const Endpoint& where, std::string_view bytes);

  /// The next datagram, whoever sent it; `silence` when none comes, `refused` when a connected socket hears so.
  Datagram receive();

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

}  // namespace harness

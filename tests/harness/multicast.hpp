#pragma once
#include <string>

#include "udp_peer.hpp"

// Broadcast and multicast on loopback and, in a private network, on a second interface. Nothing leaves the machine.
namespace harness {

/// An address of the loopback interface, for those who must name one.
inline const std::string loopback = "127.0.0.1";

/// Everybody on the loopback interface.
inline const std::string everybody = "127.255.255.255";

/// A group that nobody else uses.
std::string random_group();

/// A UDP port on which nobody receives, and which the system gives to nobody by itself (it is below the range that it
/// takes them from), so that a program can be told to take it.
std::uint16_t free_udp_port();

/// Ends the test as skipped where datagrams to a group do not arrive on loopback.
void need_multicast();

/// The address of a second interface, made for this test in the private network: a network of its own, with nobody else
/// in it. Groups without a named interface go to loopback then. Ends the test as skipped where it cannot be made.
std::string second_interface();

/// What the system noted beside the bytes of a datagram.
struct Heard : Datagram {
  int hops = 0;  ///< the TTL on arrival; 0 when it was not told
  std::chrono::nanoseconds
      arrived{};  ///< when it came to the socket, on the system's clock: only differences mean something
};

/// Makes the system note what hear() gives.
void note_details(const UdpPeer& peer);

/// The next datagram with its details, after note_details(). Waits for `limit`; the story is told as by receive().
Heard hear(UdpPeer& peer, Milliseconds limit = patience());

/// Sends to broadcast addresses too, and to groups by the interface with the address `interface`.
void may_send_to_many(const UdpPeer& peer, const std::string& interface = loopback);

/// Makes this machine a member of a group on the interface with the address `interface`, as long as `peer` lives.
void join(const UdpPeer& peer, const std::string& group, const std::string& interface = loopback);

/// Ends what UdpPeer::connect() began: anybody can send to `peer` again.
void open_again(const UdpPeer& peer);

/// A UDP socket that shares its address and port with others: one of those who hear what is sent to many.
/// \param where the address to bind: a group, a broadcast address, 0.0.0.0
class Audience {
 public:
  /// \param name how the story calls it
  Audience(std::string name, const Endpoint& where);

  std::string port() const { return std::to_string(where_.port); }  ///< As the programs take it.
  const Endpoint& where() const { return where_; }                  ///< The address it is bound to.
  UdpPeer& peer() { return peer_; }                                 ///< For what has no member here.

  /// A member of the group that it is bound to, on the interface with this address, and deaf on others.
  Audience& join(const std::string& interface = loopback);

  /// The next datagram, or silence after `limit`.
  Heard hear(Milliseconds limit = patience()) { return harness::hear(peer_, limit); }
  bool hears_nothing() { return peer_.hears_nothing(); }  ///< True when nothing comes for quiet_period().

 private:
  UdpPeer peer_;
  Endpoint where_;
};

/// Waits until `program` (a receiver) has a UDP socket at `port` and waits; false when it has ended or never does.
bool receives_at(Program& program, std::uint16_t port);

/// How many datagrams this network has refused because nobody received at their port.
std::size_t refused_datagrams();

/// True when what the program says on stderr contains `text`, not followed by another digit, or soon does; tells the
/// story if not.
bool says(const Program& program, const std::string& text);

/// The same, at this moment, and not an expectation.
bool has_said(const Program& program, const std::string& text);

}  // namespace harness

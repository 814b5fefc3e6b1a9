#pragma once
#include <string>
#include <string_view>

#include "udp_peer.hpp"

namespace harness {

/// The network between a client and a server that both run: it loses, repeats, delays and reorders what the test tells
/// it to. The client is told to talk to endpoint(). Nothing goes on by itself; the test takes each datagram off one
/// side and puts it on the other: never (lost), twice (repeated), later, or another first.
class UdpWire {
 public:
  /// \param server whom the client means
  explicit UdpWire(Endpoint server) : server_(std::move(server)), outside_("the wire", server_.host) {}

  std::string host() const { return inside_.host(); }       ///< Numeric, without brackets.
  std::string port() const { return inside_.port(); }       ///< As the programs take it.
  Endpoint endpoint() const { return inside_.endpoint(); }  ///< Both.

  /// The next datagram that the client has sent; `silence` when none comes.
  Datagram from_client() {
    Datagram datagram = inside_.receive();
    if (datagram.ending == Ending::more) client_ = datagram.from;
    return datagram;
  }

  /// The next datagram that the server has sent; `silence` when none comes.
  Datagram from_server() { return outside_.receive(); }

  /// Delivers a datagram, which comes from the wire's own address on that side.
  void to_server(std::string_view bytes) { outside_.send_to(server_, bytes); }

  /// The same to the client from which the last datagram came.
  void to_client(std::string_view bytes) { inside_.send_to(client_, bytes); }

 private:
  Endpoint server_, client_;
  UdpPeer inside_{"the wire"}, outside_;
};

}  // namespace harness

#pragma once
#include "harness.hpp"

/// What the tests of both programs need.

inline const std::vector<std::string> anywhere{"127.0.0.1", "0"};

inline void chapter(const std::string& heading) { harness::read_about("docs/03-udp-echo.md \"" + heading + "\""); }

/// Where to send to: the announced address, or the one we asked for when the server is bound to all of them.
inline harness::Endpoint address_of(harness::Program& server) {
  harness::Endpoint where = server.listening_on();
  if (where.host == "0.0.0.0" || where.host == "::" || where.host == "::ffff:127.0.0.1") where.host = "127.0.0.1";
  return where;
}

/// True when exactly these bytes came in one datagram, and from there; tells the story if not.
inline bool answers(const harness::Datagram& datagram, std::string_view expected, const harness::Endpoint& where) {
  if (!(datagram == expected)) return false;
  std::string right = in_words(where), sender = in_words(datagram.from);
  if (sender == right) return true;
  harness::Story::current().mismatch("an answer from " + right, "one from " + sender);
  return false;
}

/// True when the server answers a message that nobody has sent before.
inline bool serves(harness::Program& server, const std::string& name = "we") {
  harness::Endpoint where = address_of(server);
  harness::UdpPeer client(name, where.host);
  std::string message = harness::random_text(8);
  client.send_to(where, message);
  return answers(client.receive(), "Echo: " + message, where);
}

#pragma once
#include <openssl/ssl.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "certificates.hpp"
#include "clock.hpp"
#include "peer.hpp"
#include "received.hpp"

namespace harness {

/// How the test's side of a TLS connection behaves. Identities must live as long as the peer.
struct TlsSettings {
  int lowest = TLS1_2_VERSION;   ///< the oldest version that we offer
  int highest = TLS1_3_VERSION;  ///< and the newest

  const Identity* own = nullptr;                   ///< what we present; a server must have one
  std::map<std::string, const Identity*> by_name;  ///< what a server presents instead to who asks for that name (SNI)

  const Identity* trusted = nullptr;   ///< whom we trust; without it everything passes
  bool refuse = false;                 ///< we refuse the other side's certificate, whatever it is
  bool ask_for_certificate = false;    ///< a server asks the client for one
  std::string name;                    ///< a client's SNI
  std::vector<std::string> protocols;  ///< what a client offers to speak inside TLS (ALPN, RFC 7301)
  std::size_t pieces_of = 0;           ///< our bytes go in pieces of that many, each read before the next is sent
};

/// The test's end of a TLS connection with the program under test.
///
/// TLS works on memory here, and a plain socket carries what it makes: so the test decides what is sent when, and sees
/// every byte. Every wait has a deadline, and every step is told to the story.
class TlsPeer {
 public:
  /// Takes over a connection. Nothing is sent yet.
  static TlsPeer client(Peer connection, const TlsSettings& settings = {});

  /// The same for the other side.
  /// \param settings with an identity of our own
  static TlsPeer server(Peer connection, const TlsSettings& settings);

  /// A peer may be moved: into a vector of many, out of a function.
  TlsPeer(TlsPeer&&) noexcept;
  TlsPeer& operator=(TlsPeer&&) noexcept;  ///< Likewise.
  ~TlsPeer();

  /// Makes the handshake. Returns whether it was completed, which is not an expectation.
  bool shake_hands();

  /// The same, and an expectation: tells the story what went wrong.
  bool is_secured();

  /// The opposite expectation: the other side must not complete the handshake.
  bool is_refused();

  /// Does only our first part of the handshake: a client's hello; a server's answer to it.
  void begin_handshake();

  /// "TLSv1.3", after the handshake.
  std::string version() const;

  /// Which of the offered protocols a server has taken (ALPN); empty if none.
  std::string protocol() const;

  /// True when the client asked us for this name (SNI), or, if it is empty, for none; tells the story if not.
  bool was_asked_for(const std::string& name) const;

  /// True when the other side sent that many certificates; tells the story if not.
  bool was_shown(std::size_t certificates) const;

  /// True when the first of them is that of `identity`. Not an expectation.
  bool was_shown(const Identity& identity) const;

  /// Sends `bytes` in records of up to 16 KiB; short ones in one.
  void send(std::string_view bytes);

  /// Sends each of `messages` in a record of its own, all of them in one go.
  void send_records(const std::vector<std::string>& messages);

  /// Sends `bytes`, then close_notify, receiving all the while, to the end.
  Received exchange(std::string_view bytes);

  /// Sends close_notify: nothing more will come from us. Receiving goes on.
  void finish_sending();

  /// Ends our side of the TCP connection without close_notify.
  void cut();

  /// Waits until all that was sent lies in the program's kernel buffers, read or not.
  void wait_until_delivered();

  /// Sends bytes past TLS, as they are. `drip` is for one at a time, which is not told to the story.
  void send_raw(std::string_view bytes);
  void drip(std::string_view byte);  ///< One byte past TLS.

  void close();  ///< Closes the TCP connection as it is, without close_notify.
  void reset();  ///< Resets the TCP connection (RST).

  /// Receives to the end; a good one is close_notify.
  Received receive_all();

  /// Receives exactly `count` bytes, or fewer if it ends before.
  Received receive(std::size_t count);

  /// The first record with data in it, as a program sees it that receives once.
  Received receive_once();

  /// True when no data arrives, nor an end, for that long; tells the story if something does.
  bool hears_nothing(Milliseconds limit = quiet_period());

  /// Waits for the end and takes it as an expectation that no byte of data came before it, secured or in clear.
  /// \param message what must not be found among the bytes that came
  bool hears_no_data(std::string_view message);

  /// True when the TCP connection has ended, in whatever way, or does so within `limit`. Not an expectation.
  bool ends_within(Milliseconds limit);

  /// The same within patience(), and an expectation: tells the story if it does not.
  bool is_hung_up();

 private:
  class Connection;
  explicit TlsPeer(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

/// A client's first message, as bytes to be sent in any way a test likes.
std::string client_hello(const TlsSettings& settings = {});

}  // namespace harness

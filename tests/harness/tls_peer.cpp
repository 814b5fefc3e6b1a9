#include "tls_peer.hpp"

#include <linux/sockios.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <utility>

#include "clock.hpp"
#include "far_end.hpp"
#include "quoted.hpp"
#include "sockets.hpp"
#include "story.hpp"

namespace harness {
namespace {

// One SSL_write makes one record of up to this many bytes.
constexpr std::size_t longest_record = 16 * 1024;

std::string why_ssl_failed() {
  unsigned long first = ::ERR_get_error();
  ::ERR_clear_error();
  const char* reason = first == 0 ? nullptr : ::ERR_reason_error_string(first);
  return reason ? reason : "no reason given";
}

void require(bool worked, const char* what) {
  if (!worked) FAIL("the test's own TLS: " << what << ": " << why_ssl_failed());
}

using Context = std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)>;

void present(SSL* ssl, const Identity& identity) {
  require(::SSL_use_certificate(ssl, identity.certificate()) == 1, "certificate");
  require(::SSL_use_PrivateKey(ssl, identity.key()) == 1, "key");
  ::SSL_clear_chain_certs(ssl);
  for (const auto& above : identity.above()) require(SSL_add1_chain_cert(ssl, above.get()) == 1, "chain");
}

int refuse_everything(int, X509_STORE_CTX* store) {
  ::X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

int accept_everything(int, X509_STORE_CTX*) { return 1; }

}  // namespace

class TlsPeer::Connection {
 public:
  Connection(int descriptor, std::string who, TlsSettings wanted, bool as_server)
      : fd(descriptor),
        name(std::move(who)),
        settings(std::move(wanted)),
        is_server(as_server),
        context(::SSL_CTX_new(as_server ? ::TLS_server_method() : ::TLS_client_method()), &::SSL_CTX_free) {
    require(context != nullptr, "SSL_CTX_new");
    configure();
    ssl = ::SSL_new(context.get());
    require(ssl != nullptr, "SSL_new");
    in = ::BIO_new(::BIO_s_mem());
    out = ::BIO_new(::BIO_s_mem());
    ::SSL_set_bio(ssl, in, out);
    if (settings.own != nullptr) present(ssl, *settings.own);
    if (!settings.name.empty()) require(SSL_set_tlsext_host_name(ssl, settings.name.c_str()) == 1, "SNI");
    if (!settings.protocols.empty()) offer_protocols();
    if (is_server)
      ::SSL_set_accept_state(ssl);
    else
      ::SSL_set_connect_state(ssl);
  }

  ~Connection() {
    ::SSL_free(ssl);
    if (fd >= 0) ::close(fd);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void tell(const std::string& verb, const std::string& what) { Story::current().step(name + " " + verb, what); }

  // Moves what TLS has to say to `pending`, and what the socket takes of that out.
  void flush() {
    char* bytes = nullptr;
    if (long length = BIO_get_mem_data(out, &bytes); length > 0) {
      pending.append(bytes, static_cast<std::size_t>(length));
      (void)BIO_reset(out);
    }
    if (settings.pieces_of > 0)
      flush_piecewise();
    else
      while (!pending.empty() && send_some(pending)) {
      }
  }

  bool send_some(std::string& bytes, std::size_t most = std::string::npos) {
    if (fd < 0 || bytes.empty()) return false;
    ssize_t n = ::send(fd, bytes.data(), std::min(bytes.size(), most), MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (n < 0) {
      if (errno == ECONNRESET) was_reset = true;
      bytes.clear();  // the connection is broken; what had arrived before is still to be read
      return false;
    }
    bytes.erase(0, static_cast<std::size_t>(n));
    return true;
  }

  void flush_piecewise() {
    Deadline deadline(patience());
    while (!pending.empty()) {
      send_some(pending, settings.pieces_of);
      // There is no event for "it has been read", so this looks at the kernel's queues, which is quick.
      for (int unacknowledged = 1; !deadline.passed() && !every_program_has_ended(); ::usleep(100)) {
        ::ioctl(fd, SIOCOUTQ, &unacknowledged);
        if (unacknowledged == 0 && everything_is_read(fd)) break;
      }
    }
  }

  // Waits for something to happen on the socket; false when nothing did, or the connection has ended.
  bool exchange_bytes(const Deadline& deadline) {
    flush();
    if (link != Ending::more ||
        !wait_for(fd, static_cast<short>(pending.empty() ? POLLIN : POLLIN | POLLOUT), deadline))
      return false;
    flush();
    std::array<char, 65536> buffer;
    ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (n > 0) {
      raw.append(buffer.data(), std::min(static_cast<std::size_t>(n), most_raw - std::min(most_raw, raw.size())));
      ::BIO_write(in, buffer.data(), static_cast<int>(n));
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
      link = n == 0 && !was_reset ? Ending::end_of_stream : Ending::reset;
    }
    return true;
  }

  bool shake_hands() {
    Deadline deadline(patience());
    while (!finished_handshake && trouble.empty()) {
      ::ERR_clear_error();
      int result = ::SSL_do_handshake(ssl);
      int error = ::SSL_get_error(ssl, result);
      std::string reason = error == SSL_ERROR_SSL ? why_ssl_failed() : "";
      flush();
      if (result == 1) {
        finished_handshake = true;
        tell("completed", std::string("the handshake (") + ::SSL_get_version(ssl) + ")");
      } else if (error != SSL_ERROR_WANT_READ) {
        trouble = reason.empty() ? "it failed" : reason;
      } else if (!exchange_bytes(deadline)) {
        trouble = link == Ending::more ? "silence" : std::string(harness::name(link)) + " in the middle of it";
        timed_out = link == Ending::more;
      }
    }
    if (!trouble.empty()) tell("tried", "a handshake: " + trouble);
    return finished_handshake;
  }

  // Data that has arrived and been decrypted, at most `most` bytes; true when there is no more to come, as `ending`
  // says.
  bool read_some(std::string& bytes, std::size_t most, Ending& ending) {
    if (!finished_handshake) {
      ending = link == Ending::more ? Ending::tls_error : link;
      return true;
    }
    std::array<char, longest_record> buffer;
    ::ERR_clear_error();
    int n = ::SSL_read(ssl, buffer.data(), static_cast<int>(std::min(most, buffer.size())));
    if (n > 0) {
      bytes.append(buffer.data(), static_cast<std::size_t>(n));
      return false;
    }
    int error = ::SSL_get_error(ssl, n);
    if (error == SSL_ERROR_ZERO_RETURN) {
      ending = Ending::close_notify;
      return true;
    }
    if (error != SSL_ERROR_WANT_READ) {
      trouble = why_ssl_failed();
      ending = Ending::tls_error;
      return true;
    }
    if (link == Ending::more) return false;
    ending = link == Ending::end_of_stream ? Ending::truncated : link;
    return true;
  }

  void write_record(std::string_view bytes) {
    if (bytes.empty() || !finished_handshake) return;
    ::ERR_clear_error();
    if (::SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size())) <= 0) trouble = why_ssl_failed();
  }

  void finish_sending() {
    ::ERR_clear_error();
    ::SSL_shutdown(ssl);
    ::ERR_clear_error();
    flush();
  }

  // Sends `rest` (then close_notify) and receives `count` bytes or to the end, whichever comes first.
  Received communicate(std::string_view rest, bool then_finish, std::size_t count, Ending wanted,
                       const Deadline& deadline) {
    Received result;
    result.wanted = wanted;
    shake_hands();
    while (true) {
      while (!rest.empty() && pending.size() < 16 * longest_record) {
        write_record(rest.substr(0, longest_record));
        rest.remove_prefix(std::min(longest_record, rest.size()));
        flush();
      }
      if (rest.empty() && std::exchange(then_finish, false)) finish_sending();
      std::size_t before = result.bytes.size();
      if (read_some(result.bytes, count - before, result.ending)) break;
      if (result.bytes.size() == count) {
        result.ending = Ending::more;
        break;
      }
      if (result.bytes.size() > before) continue;
      if (!exchange_bytes(deadline) && link == Ending::more) break;
    }
    return result;
  }

  void tell_received(const Received& result) {
    std::string what = result.bytes.empty() ? "" : in_quotes(result.bytes);
    if (result.ending != Ending::more)
      what += (what.empty() ? "" : " then ") + std::string(harness::name(result.ending));
    if (result.ending == Ending::tls_error && !trouble.empty()) what += ": " + trouble;
    tell("received", what);
  }

  static constexpr std::size_t most_raw = 1024 * 1024;
  int fd;
  std::string name;
  TlsSettings settings;
  bool is_server;
  Context context;
  SSL* ssl = nullptr;
  BIO *in = nullptr, *out = nullptr;  // belong to ssl
  std::string pending;                // to be sent
  std::string raw;                    // what came, as it came
  std::string sni;
  std::string trouble;
  Ending link = Ending::more;  // how TCP ended
  bool was_reset = false, finished_handshake = false, timed_out = false;

 private:
  void configure() {
    ::SSL_CTX_set_min_proto_version(context.get(), settings.lowest);
    ::SSL_CTX_set_max_proto_version(context.get(), settings.highest);
    // We must be able to offer what a program is to refuse: an old version, a weak key.
    if (settings.lowest < TLS1_2_VERSION) ::SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0");
    ::SSL_CTX_set_security_level(context.get(), 0);
    ::SSL_CTX_set_mode(context.get(), SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    int mode = SSL_VERIFY_NONE;
    if (settings.trusted != nullptr || settings.refuse || settings.ask_for_certificate) mode = SSL_VERIFY_PEER;
    if (is_server && !settings.ask_for_certificate) mode = SSL_VERIFY_NONE;
    ::SSL_CTX_set_verify(context.get(), mode,
                         settings.refuse    ? refuse_everything
                         : settings.trusted ? nullptr
                                            : accept_everything);
    if (settings.trusted != nullptr)
      require(::X509_STORE_add_cert(::SSL_CTX_get_cert_store(context.get()), settings.trusted->certificate()) == 1,
              "trust");
    if (!is_server) return;
    SSL_CTX_set_tlsext_servername_callback(context.get(), on_server_name);
    SSL_CTX_set_tlsext_servername_arg(context.get(), this);
  }

  // Each name behind a byte with its length.
  void offer_protocols() {
    std::string list;
    for (const std::string& protocol : settings.protocols) list += static_cast<char>(protocol.size()) + protocol;
    const auto* bytes = reinterpret_cast<const unsigned char*>(list.data());
    require(::SSL_set_alpn_protos(ssl, bytes, static_cast<unsigned int>(list.size())) == 0, "ALPN");
  }

  static int on_server_name(SSL* ssl, int*, void* self) {
    auto& connection = *static_cast<Connection*>(self);
    if (const char* asked = ::SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) connection.sni = asked;
    auto found = connection.settings.by_name.find(connection.sni);
    if (found != connection.settings.by_name.end()) present(ssl, *found->second);
    return SSL_TLSEXT_ERR_OK;
  }
};

TlsPeer::TlsPeer(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
TlsPeer::TlsPeer(TlsPeer&&) noexcept = default;
TlsPeer& TlsPeer::operator=(TlsPeer&&) noexcept = default;
TlsPeer::~TlsPeer() = default;

TlsPeer TlsPeer::client(Peer connection, const TlsSettings& settings) {
  std::string name = connection.name();
  bool connected = connection.connected();
  auto made = std::make_unique<Connection>(connection.release(), name, settings, false);
  if (!connected) made->link = Ending::refused;
  return TlsPeer(std::move(made));
}

TlsPeer TlsPeer::server(Peer connection, const TlsSettings& settings) {
  std::string name = connection.name();
  return TlsPeer(std::make_unique<Connection>(connection.release(), name, settings, true));
}

bool TlsPeer::shake_hands() { return connection_->shake_hands(); }

bool TlsPeer::is_secured() {
  if (shake_hands()) return true;
  Story::current().mismatch("a complete TLS handshake", connection_->trouble);
  if (connection_->timed_out) Story::current().conclude(State::timed_out);
  return false;
}

bool TlsPeer::is_refused() {
  if (!shake_hands() && !connection_->timed_out) return true;
  Story::current().mismatch("a handshake that fails",
                            connection_->timed_out ? "silence" : "it was completed with " + version());
  return false;
}

void TlsPeer::begin_handshake() {
  Connection& c = *connection_;
  Deadline deadline(patience());
  bool has_spoken = false;
  while (!has_spoken) {
    ::ERR_clear_error();
    ::SSL_do_handshake(c.ssl);
    has_spoken = BIO_pending(c.out) > 0;
    if (!has_spoken && !c.exchange_bytes(deadline)) break;
  }
  c.flush();
  c.tell("sent", "our part of the handshake");
}

std::string TlsPeer::protocol() const {
  const unsigned char* name = nullptr;
  unsigned int length = 0;
  ::SSL_get0_alpn_selected(connection_->ssl, &name, &length);
  return {reinterpret_cast<const char*>(name), length};
}

std::string TlsPeer::version() const { return ::SSL_get_version(connection_->ssl); }

bool TlsPeer::was_asked_for(const std::string& name) const {
  const std::string& asked = connection_->sni;
  if (asked == name) return true;
  Story::current().mismatch(
      name.empty() ? "a hello without a host name (SNI)" : "a hello that asks for " + name + " (SNI)",
      asked.empty() ? "one without a host name (SNI)" : "one with a host name (SNI): " + asked);
  return false;
}

bool TlsPeer::was_shown(std::size_t certificates) const {
  STACK_OF(X509)* chain = ::SSL_get_peer_cert_chain(connection_->ssl);
  std::size_t count = chain == nullptr ? 0 : static_cast<std::size_t>(sk_X509_num(chain));
  if (count == certificates) return true;
  Story::current().mismatch(std::to_string(certificates) + " certificates", std::to_string(count));
  return false;
}

bool TlsPeer::was_shown(const Identity& identity) const {
  STACK_OF(X509)* chain = ::SSL_get_peer_cert_chain(connection_->ssl);
  return chain != nullptr && sk_X509_num(chain) > 0 && ::X509_cmp(sk_X509_value(chain, 0), identity.certificate()) == 0;
}

void TlsPeer::send(std::string_view bytes) {
  Connection& c = *connection_;
  c.shake_hands();
  c.tell("sent", in_quotes(bytes));
  Deadline deadline(patience());
  for (; !bytes.empty(); bytes.remove_prefix(std::min(longest_record, bytes.size()))) {
    c.write_record(bytes.substr(0, longest_record));
    for (c.flush(); !c.pending.empty() && wait_for(c.fd, POLLOUT, deadline);) c.flush();
  }
}

void TlsPeer::send_records(const std::vector<std::string>& messages) {
  Connection& c = *connection_;
  c.shake_hands();
  c.tell("sent", std::to_string(messages.size()) + " records at once");
  for (const std::string& message : messages) c.write_record(message);
  c.flush();
}

Received TlsPeer::exchange(std::string_view bytes) {
  Connection& c = *connection_;
  c.shake_hands();
  c.tell("sent", in_quotes(bytes) + " while receiving, then close_notify");
  Received result = c.communicate(bytes, true, std::string::npos, Ending::close_notify, Deadline(patience() * 2));
  c.tell_received(result);
  return result;
}

void TlsPeer::finish_sending() {
  connection_->shake_hands();
  connection_->tell("sent", "close_notify");
  connection_->finish_sending();
}

void TlsPeer::cut() {
  connection_->tell("sent", "end of stream, without close_notify");
  ::shutdown(connection_->fd, SHUT_WR);
}

void TlsPeer::wait_until_delivered() { wait_until_acknowledged(connection_->fd); }

void TlsPeer::send_raw(std::string_view bytes) {
  connection_->tell("sent", "past TLS: " + in_quotes(bytes));
  drip(bytes);
}

void TlsPeer::drip(std::string_view byte) {
  connection_->pending += byte;
  connection_->flush();
}

void TlsPeer::close() {
  connection_->tell("closed", "the connection");
  ::close(std::exchange(connection_->fd, -1));
}

void TlsPeer::reset() {
  connection_->tell("sent", "a reset");
  linger at_once{1, 0};
  ::setsockopt(connection_->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(connection_->fd, -1));
}

Received TlsPeer::receive_all() {
  Received result = connection_->communicate({}, false, std::string::npos, Ending::close_notify, Deadline(patience()));
  connection_->tell_received(result);
  return result;
}

Received TlsPeer::receive(std::size_t count) {
  Received result = connection_->communicate({}, false, count, Ending::more, Deadline(patience()));
  connection_->tell_received(result);
  return result;
}

Received TlsPeer::receive_once() {
  Connection& c = *connection_;
  Received result;
  result.wanted = Ending::more;
  Deadline deadline(patience());
  c.shake_hands();
  while (!c.read_some(result.bytes, longest_record, result.ending) && result.bytes.empty())
    if (!c.exchange_bytes(deadline) && c.link == Ending::more) break;
  if (!result.bytes.empty()) result.ending = Ending::more;
  c.tell_received(result);
  return result;
}

bool TlsPeer::hears_nothing(Milliseconds limit) {
  Received early = connection_->communicate({}, false, 1, Ending::more, Deadline(limit));
  if (early.bytes.empty() && early.ending == Ending::silence) return true;
  Story::current().mismatch("silence", early.bytes.empty() ? std::string(name(early.ending)) : in_quotes(early.bytes));
  return false;
}

bool TlsPeer::hears_no_data(std::string_view message) {
  Connection& c = *connection_;
  std::string data;
  Ending ending = Ending::silence;
  Deadline deadline(patience());
  c.shake_hands();
  // A handshake that failed leaves nothing to be read but what comes in clear.
  for (bool ended = false; !ended && data.empty();) {
    ended = c.finished_handshake && c.read_some(data, longest_record, ending);
    if (!ended && data.empty())
      ended = !c.exchange_bytes(deadline) && (!c.finished_handshake || c.link == Ending::more);
  }
  if (data.empty() && (message.empty() || c.raw.find(message) == std::string::npos)) return true;
  Story::current().mismatch("no data before the connection ends",
                            data.empty() ? "the message in clear" : in_quotes(data));
  return false;
}

bool TlsPeer::ends_within(Milliseconds limit) {
  Deadline deadline(limit);
  while (connection_->link == Ending::more && connection_->exchange_bytes(deadline)) {
  }
  return connection_->link != Ending::more;
}

bool TlsPeer::is_hung_up() {
  if (ends_within(patience())) return true;
  Story::current().mismatch("the end of the connection", "it is still open");
  Story::current().conclude(State::timed_out);
  return false;
}

std::string client_hello(const TlsSettings& settings) {
  Context context(::SSL_CTX_new(::TLS_client_method()), &::SSL_CTX_free);
  ::SSL_CTX_set_min_proto_version(context.get(), settings.lowest);
  ::SSL_CTX_set_max_proto_version(context.get(), settings.highest);
  std::unique_ptr<SSL, decltype(&::SSL_free)> ssl(::SSL_new(context.get()), &::SSL_free);
  BIO* out = ::BIO_new(::BIO_s_mem());
  ::SSL_set_bio(ssl.get(), ::BIO_new(::BIO_s_mem()), out);
  if (!settings.name.empty()) SSL_set_tlsext_host_name(ssl.get(), settings.name.c_str());
  ::SSL_set_connect_state(ssl.get());
  ::ERR_clear_error();
  ::SSL_do_handshake(ssl.get());
  char* bytes = nullptr;
  long length = BIO_get_mem_data(out, &bytes);
  return std::string(bytes, static_cast<std::size_t>(length));
}

}  // namespace harness

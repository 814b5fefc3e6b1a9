#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "address.hpp"

namespace net {

/// The bytes of a text, to be sent as they are.
inline std::span<const std::byte> as_bytes(std::string_view text) noexcept {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// Owns one socket descriptor and closes it. Movable, not copyable.
///
/// Every member is one system call with its failure turned into std::system_error. None of them loops, except that
/// a call which a signal interrupts (EINTR) is carried on, and those whose name ends in `_all`. Those whose name begins
/// with `try_` are for a non-blocking socket and give no value where another call would have to wait.
class Socket {
 public:
  /// Owns nothing yet.
  Socket() noexcept = default;

  /// Takes over a descriptor that nobody else will close.
  explicit Socket(int fd) noexcept : fd_(fd) {}

  /// A new socket.
  /// \param family AF_INET or AF_INET6
  /// \param type SOCK_STREAM or SOCK_DGRAM
  /// \see \man{socket,2}
  Socket(int family, int type);

  /// Takes over what `other` owns; `other` owns nothing then.
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;  ///< Likewise, after closing what it had.
  ~Socket();

  /// Gives the socket a local address.
  /// \see \man{bind,2}
  void bind(const Address& local);

  /// Makes it a listening socket.
  /// \param backlog how many connections may wait to be accepted; the system cuts it at its own limit (4096 on Linux)
  /// \see \man{listen,2}
  void listen(int backlog);

  /// Takes the next connection from the queue, waiting for one if there is none.
  /// \param peer if given, becomes the peer's address
  /// \throws std::system_error also for what concerns one client alone (ECONNABORTED), or no client (EMFILE): go on
  /// \see \man{accept,2}
  Socket accept(Address* peer = nullptr);

  /// Connects to `peer`; a signal does not start the attempt anew. The system gives up after about two minutes.
  /// \see \man{connect,2}
  void connect(const Address& peer);

  /// Sends at most `data.size()` bytes; a short count is not an error.
  /// \returns the number of bytes the system took, at least 1 unless `data` is empty
  /// \see \man{send,2}
  std::size_t send(std::span<const std::byte> data);

  /// Sends every byte of `data`, in as many calls as it takes.
  /// \throws std::system_error (EPIPE, ECONNRESET) when the peer has gone; how much it had taken by then is not known
  /// \see \man{send,2}
  void send_all(std::span<const std::byte> data);

  /// Receives at most `buffer.size()` bytes, waiting for the first.
  /// \returns the number of bytes received; 0 is the end of the stream: the peer has finished sending
  /// \throws std::system_error (ECONNRESET) when the peer has reset the connection
  /// \see \man{recv,2}
  std::size_t recv(std::span<std::byte> buffer);

  /// Sends `data` as one datagram to `peer`: whole, or not at all.
  /// \param data at most 65,507 bytes by IPv4
  /// \throws std::system_error (EMSGSIZE) when it is longer
  /// \see \man{sendto,2}
  void send_to(std::span<const std::byte> data, const Address& peer);

  /// Receives one datagram, waiting for it. What does not fit into `buffer` is lost.
  /// \param from becomes the sender's address
  /// \returns its length in bytes, which may be 0
  /// \see \man{recvfrom,2}
  std::size_t recv_from(std::span<std::byte> buffer, Address& from);

  /// What accept() gives, or no value where it would have to wait.
  std::optional<Socket> try_accept(Address* peer = nullptr);

  /// What send() gives, or no value while there is no room for a byte.
  std::optional<std::size_t> try_send(std::span<const std::byte> data);

  /// What recv() gives, or no value while nothing has come. 0 is still the end of the stream.
  std::optional<std::size_t> try_recv(std::span<std::byte> buffer);

  /// What recv_from() gives, or no value while no datagram has come.
  std::optional<std::size_t> try_recv_from(std::span<std::byte> buffer, Address& from);

  /// Begins to connect to `peer`. The attempt goes on by itself; when the socket becomes writable it has ended, and
  /// take_error() says how.
  /// \returns true if the connection is there already
  /// \see \man{connect,2}
  bool try_connect(const Address& peer);

  /// What has gone wrong on the socket since it was last asked (SO_ERROR), or no error. Asking clears it, so ask once.
  /// \see \man{socket,7}
  std::error_code take_error();

  /// Half-close: tells the peer that nothing more will be sent. Receiving goes on.
  /// \see \man{shutdown,2}
  void shutdown_send();

  /// Lets bind take a port that connections of an earlier server still hold (TIME_WAIT).
  /// \see \man{socket,7}
  void set_reuse_address();

  /// Sends small pieces at once instead of holding them back until the peer has acknowledged the one before (Nagle).
  /// For who puts whole messages together itself. \see \man{tcp,7}
  void set_no_delay();

  /// From now on no call waits: for the members whose name begins with `try_`.
  /// \see \man{fcntl,2}
  void set_nonblocking();

  /// The address that bind or the system has given it.
  /// \see \man{getsockname,2}
  Address local_address() const;
  /// Whom it is connected to.
  /// \throws std::system_error (ENOTCONN) when there is nobody, or nobody any more
  /// \see \man{getpeername,2}
  Address peer_address() const;

  /// Closes now instead of at the end of the object's life. Closing nothing is allowed.
  /// \see \man{close,2}
  void close() noexcept;

  /// The descriptor, for calls that have no member here; -1 when there is none.
  int fd() const noexcept { return fd_; }
  bool is_open() const noexcept { return fd_ >= 0; }  ///< True when it owns a descriptor.

 private:
  int fd_ = -1;
};

/// A listening TCP socket on the first address of `host` that can be bound, with SO_REUSEADDR set.
/// \param port in host byte order; 0 lets the system choose
/// \throws std::system_error with the reason of the last address
/// \see \man{getaddrinfo,3}, \man{bind,2}, \man{listen,2}
Socket listen_on(const std::string& host, std::uint16_t port);

/// A UDP socket on the first address of `host` that can be bound.
/// \param port in host byte order; 0 lets the system choose
/// \throws std::system_error with the reason of the last address
/// \see \man{getaddrinfo,3}, \man{bind,2}
Socket bind_datagram(const std::string& host, std::uint16_t port);

/// A TCP connection to `host`: each of its addresses is tried in turn until one answers.
/// \param port in host byte order, 1 to 65535
/// \throws std::system_error with the reason of the last address
/// \see \man{getaddrinfo,3}, \man{connect,2}
Socket connect_to(const std::string& host, std::uint16_t port);

}  // namespace net

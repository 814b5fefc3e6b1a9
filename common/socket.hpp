#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

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

  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  /// Gives the socket a local address.
  /// \see \man{bind,2}
  void bind(const Address& local);

  /// Makes it a listening socket.
  /// \param backlog how many connections may wait to be accepted
  /// \see \man{listen,2}
  void listen(int backlog);

  /// Takes the next connection from the queue, waiting for one if there is none.
  /// \param peer if given, becomes the peer's address
  /// \see \man{accept,2}
  Socket accept(Address* peer = nullptr);

  /// Connects to `peer`; a signal does not start the attempt anew.
  /// \see \man{connect,2}
  void connect(const Address& peer);

  /// Sends at most `data.size()` bytes; a short count is not an error.
  /// \returns the number of bytes the system took, at least 1 unless `data` is empty
  /// \see \man{send,2}
  std::size_t send(std::span<const std::byte> data);

  /// Sends every byte of `data`, in as many calls as it takes.
  void send_all(std::span<const std::byte> data);

  /// Receives at most `buffer.size()` bytes, waiting for the first.
  /// \returns the number of bytes received; 0 is the end of the stream: the peer has finished sending
  /// \see \man{recv,2}
  std::size_t recv(std::span<std::byte> buffer);

  /// Sends `data` as one datagram to `peer`: whole, or not at all.
  /// \param data at most 65,507 bytes by IPv4
  /// \see \man{sendto,2}
  void send_to(std::span<const std::byte> data, const Address& peer);

  /// Receives one datagram, waiting for it. What does not fit into `buffer` is lost.
  /// \param from becomes the sender's address
  /// \returns its length in bytes, which may be 0
  /// \see \man{recvfrom,2}
  std::size_t recv_from(std::span<std::byte> buffer, Address& from);

  /// \returns what accept(), send() or recv() gives, or no value if it would have to wait
  std::optional<Socket> try_accept(Address* peer = nullptr);
  std::optional<std::size_t> try_send(std::span<const std::byte> data);
  std::optional<std::size_t> try_recv(std::span<std::byte> buffer);

  /// Half-close: tells the peer that nothing more will be sent. Receiving goes on.
  /// \see \man{shutdown,2}
  void shutdown_send();

  /// Lets bind take a port that connections of an earlier server still hold (TIME_WAIT).
  /// \see \man{socket,7}
  void set_reuse_address();

  /// Sends small pieces at once instead of holding them back until the peer has acknowledged the one before (Nagle). For who
  /// puts whole messages together itself.
  /// \see \man{tcp,7}
  void set_no_delay();

  /// From now on no call waits: for the members whose name begins with `try_`.
  /// \see \man{fcntl,2}
  void set_nonblocking();

  /// \see \man{getsockname,2}
  Address local_address() const;
  /// \see \man{getpeername,2}
  Address peer_address() const;

  /// Closes now instead of at the end of the object's life. Closing nothing is allowed.
  /// \see \man{close,2}
  void close() noexcept;

  /// The descriptor, for calls that have no member here; -1 when there is none.
  int fd() const noexcept { return fd_; }
  bool is_open() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// A listening TCP socket on the first address of `host` that can be bound.
/// \param port in host byte order; 0 lets the system choose
/// \throws std::system_error with the reason of the last address
Socket listen_on(const std::string& host, std::uint16_t port);

/// A UDP socket on the first address of `host` that can be bound.
/// \param port in host byte order; 0 lets the system choose
/// \throws std::system_error with the reason of the last address
Socket bind_datagram(const std::string& host, std::uint16_t port);

/// A TCP connection to `host`: each of its addresses is tried in turn until one answers.
/// \throws std::system_error with the reason of the last address
Socket connect_to(const std::string& host, std::uint16_t port);

}  // namespace net

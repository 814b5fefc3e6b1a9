#include "peer.hpp"

#include <linux/sockios.h>
#include <linux/tcp.h>  // netinet/tcp.h has an older tcp_info
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "clock.hpp"
#include "far_end.hpp"
#include "quoted.hpp"
#include "sockets.hpp"
#include "story.hpp"
#include "wire.hpp"

namespace harness {
namespace {
constexpr int tcp_closed = 7;  // TCP_CLOSE of netinet/tcp.h, which cannot be included beside linux/tcp.h
}

class Peer::Connection {
 public:
  explicit Connection(int descriptor, std::string who) : fd(descriptor), name(std::move(who)) {}
  ~Connection() {
    if (fd >= 0) ::close(fd);
  }

  void tell(const std::string& verb, const std::string& what) { Story::current().step(name + " " + verb, what); }

  // Sends what the socket takes now; false when the connection is broken.
  bool send_some(std::string_view& rest) {
    ssize_t n = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
    if (n < 0 && errno == ECONNRESET) was_reset = true;
    return n >= 0 || errno == EAGAIN || errno == EINTR;
  }

  // Receives what is there; true when the stream has ended, which `ending` then tells.
  bool receive_some(std::string& bytes, std::size_t most, Ending& ending) {
    std::array<char, 65536> buffer;
    ssize_t n = ::recv(fd, buffer.data(), std::min(buffer.size(), most), 0);
    if (n > 0) {
      bytes.append(buffer.data(), static_cast<std::size_t>(n));
      return false;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    ending = n == 0 && !was_reset ? Ending::end_of_stream : Ending::reset;
    return true;
  }

  tcp_info info() const {
    tcp_info all{};
    socklen_t length = sizeof all;
    ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &all, &length);
    return all;
  }

  // False when the connection has ended altogether: nothing that was sent will be acknowledged any more.
  bool lives() const { return info().tcpi_state != tcp_closed; }

  Received receive_until(std::size_t count, Ending wanted) {
    Received result;
    result.wanted = wanted;
    result.ending = refused ? Ending::refused : Ending::silence;
    Deadline deadline(patience());
    while (!refused && result.bytes.size() < count && wait_for(fd, POLLIN, deadline))
      if (receive_some(result.bytes, count - result.bytes.size(), result.ending)) break;
    if (result.bytes.size() == count) result.ending = Ending::more;
    std::string what = result.bytes.empty() ? "" : in_quotes(result.bytes);
    if (result.ending != Ending::more)
      what += (what.empty() ? "" : " then ") + std::string(harness::name(result.ending));
    tell("received", what);
    return result;
  }

  int fd;
  std::string name;
  bool refused = false;
  bool was_reset = false;  // told once by a call other than recv, which from then on reads as an end of stream
  std::string trouble;     // why there is no connection
};

Peer::Peer(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Peer::Peer(Peer&&) noexcept = default;
Peer& Peer::operator=(Peer&&) noexcept = default;
Peer::~Peer() = default;

Peer Peer::connect(const Endpoint& where, std::string name) {
  SocketAddress address = to_address(where.host, where.port);
  auto connection = std::make_unique<Connection>(new_socket(address.family(), SOCK_STREAM), std::move(name));
  int error = 0;
  if (::connect(connection->fd, address.get(), address.length) != 0) {
    error = errno;
    if (error == EINPROGRESS) {
      error = ETIMEDOUT;
      socklen_t length = sizeof error;
      if (wait_for(connection->fd, POLLOUT, Deadline(patience())))
        ::getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    }
  }
  // Reset at once, but there was a connection: nobody refused.
  if (error == ECONNRESET) {
    connection->was_reset = true;
    error = 0;
  }
  if (error != 0) {
    connection->refused = true;
    connection->trouble = std::strerror(error);
    connection->tell("connected", "to " + in_words(where) + ": " + connection->trouble);
    return Peer(std::move(connection));
  }
  // Our side must never be the one that holds data back (Nagle), or a test would measure us.
  int on = 1;
  ::setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  is_our_port(local_address(connection->fd).port());
  connection->tell("connected", "to " + in_words(where));
  return Peer(std::move(connection));
}

Peer Peer::adopt(int fd, std::string name) { return Peer(std::make_unique<Connection>(fd, std::move(name))); }

bool Peer::connected() const {
  if (!connection_->refused) return true;
  Story::current().mismatch("a connection", connection_->trouble);
  return false;
}

void Peer::send(std::string_view bytes) {
  connection_->tell("sent", in_quotes(bytes));
  Deadline deadline(patience());
  std::string_view rest = bytes;
  while (!rest.empty() && !connection_->refused) {
    if (!connection_->send_some(rest)) {
      connection_->tell("sent", "(no more: the connection is broken)");
      return;
    }
    if (!rest.empty() && !wait_for(connection_->fd, POLLOUT, deadline)) {
      connection_->tell("sent", "(only " + std::to_string(bytes.size() - rest.size()) + " bytes of it were taken)");
      return;
    }
  }
}

void Peer::send_piece(std::string_view bytes) {
  send(bytes);
  // There is no event for "the peer has read it", so this looks at the kernel's queues, which is quick.
  Deadline deadline(patience());
  while (!deadline.passed() && !every_program_has_ended() && connection_->lives()) {
    int unacknowledged = 0;
    ::ioctl(connection_->fd, SIOCOUTQ, &unacknowledged);
    if (unacknowledged == 0 && everything_is_read(connection_->fd)) return;
    ::usleep(200);
  }
  connection_->tell("waited", "in vain for this to be read");
}

std::string_view Peer::send_what_fits(std::string_view bytes) {
  std::string_view rest = bytes;
  while (!rest.empty() && !connection_->refused) {
    std::size_t before = rest.size();
    if (!connection_->send_some(rest) || rest.size() == before) break;
  }
  connection_->tell("sent", "the first " + std::to_string(bytes.size() - rest.size()) + " bytes of " +
                                in_quotes(bytes) + ", as many as fitted");
  return rest;
}

Received Peer::exchange(std::string_view bytes) {
  connection_->tell("sent", in_quotes(bytes) + " while receiving, then end of stream");
  return send_and_receive(bytes, std::string::npos, true);
}

Received Peer::converse(std::string_view bytes, std::size_t count) {
  connection_->tell("sent", in_quotes(bytes) + " while receiving");
  return send_and_receive(bytes, count, false);
}

Received Peer::send_and_receive(std::string_view bytes, std::size_t count, bool then_finish) {
  Received result;
  result.wanted = then_finish ? Ending::end_of_stream : Ending::more;
  result.ending = connection_->refused ? Ending::refused : Ending::silence;
  std::string_view rest = bytes;
  auto finish_when_sent = [&] {
    if (rest.empty() && then_finish) ::shutdown(connection_->fd, SHUT_WR);
  };
  if (!connection_->refused) finish_when_sent();
  Deadline deadline(patience() * 2);
  while (!connection_->refused && result.bytes.size() < count &&
         wait_for(connection_->fd, static_cast<short>(rest.empty() ? POLLIN : POLLIN | POLLOUT), deadline)) {
    if (!rest.empty()) {
      // After a failed send there is nothing more to say, but what the program has sent may still be there.
      if (!connection_->send_some(rest)) rest = {};
      finish_when_sent();
    }
    if (connection_->receive_some(result.bytes, count - result.bytes.size(), result.ending)) break;
  }
  if (result.bytes.size() == count) result.ending = Ending::more;
  connection_->tell("received", (result.bytes.empty() ? "" : in_quotes(result.bytes) + " then ") +
                                    std::string(harness::name(result.ending)));
  return result;
}

void Peer::wait_until_delivered() { wait_until_acknowledged(connection_->fd); }

bool Peer::heard_one_segment() const {
  tcp_info info = connection_->info();
  if (info.tcpi_data_segs_in <= 1) return true;
  Story::current().mismatch("all of it in one segment, as one send makes it",
                            std::to_string(info.tcpi_data_segs_in) + " segments: it was sent in more than one call");
  return false;
}

void Peer::finish_sending() {
  connection_->tell("sent", "end of stream");
  ::shutdown(connection_->fd, SHUT_WR);
}

void Peer::close() {
  connection_->tell("closed", "the connection");
  ::close(std::exchange(connection_->fd, -1));
}

void Peer::reset() {
  connection_->tell("sent", "a reset");
  linger at_once{1, 0};
  ::setsockopt(connection_->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(connection_->fd, -1));
}

Received Peer::receive_all() { return connection_->receive_until(std::string::npos, Ending::end_of_stream); }

Received Peer::receive(std::size_t count) { return connection_->receive_until(count, Ending::more); }

Received Peer::receive_once(std::size_t most) {
  Received result;
  result.wanted = Ending::more;
  result.ending = connection_->refused ? Ending::refused : Ending::silence;
  Deadline deadline(patience());
  while (!connection_->refused && wait_for(connection_->fd, POLLIN, deadline)) {
    bool ended = connection_->receive_some(result.bytes, most, result.ending);
    if (!result.bytes.empty()) result.ending = Ending::more;
    if (ended || !result.bytes.empty()) break;
  }
  connection_->tell("received", result.bytes.empty() ? std::string(harness::name(result.ending))
                                                     : in_quotes(result.bytes) + " in one call");
  return result;
}

bool Peer::hears_nothing() {
  pollfd ready{connection_->fd, POLLIN, 0};
  if (::poll(&ready, 1, static_cast<int>(quiet_period().count())) == 0) return true;
  Received early;
  connection_->receive_some(early.bytes, 65536, early.ending);
  Story::current().mismatch("silence",
                            early.bytes.empty() ? std::string(harness::name(early.ending)) : in_quotes(early.bytes));
  return false;
}

int Peer::fd() const { return connection_->fd; }

std::uint16_t Peer::local_port() const { return local_address(connection_->fd).port(); }

std::uint16_t Peer::remote_port() const {
  SocketAddress address;
  ::getpeername(connection_->fd, address.get(), &address.length);
  return address.port();
}

int Peer::release() { return std::exchange(connection_->fd, -1); }

const std::string& Peer::name() const { return connection_->name; }

Listener::Listener(std::string host, int backlog, std::uint16_t port) : endpoint_{std::move(host), port} {
  SocketAddress address = to_address(endpoint_.host, port);
  fd_ = new_socket(address.family(), SOCK_STREAM);
  if (::bind(fd_, address.get(), address.length) != 0 || ::listen(fd_, backlog) != 0)
    throw std::system_error(errno, std::system_category(), "the test's own listener");
  endpoint_.port = local_address(fd_).port();
  is_our_port(endpoint_.port);
  Story::current().step("we listened", "on " + in_words(endpoint_));
}

Listener::~Listener() { ::close(fd_); }

Peer Listener::accept(std::string name) {
  if (wait_for(fd_, POLLIN, Deadline(patience()))) {
    int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      auto connection = std::make_unique<Peer::Connection>(fd, std::move(name));
      connection->tell("accepted", "a connection");
      return Peer(std::move(connection));
    }
  }
  bool ended = every_program_has_ended();
  Story::current().mismatch("a connection to " + in_words(endpoint_),
                            ended ? "the program ended without connecting" : "nobody connected");
  if (!ended) Story::current().conclude(State::timed_out);
  FAIL("nobody connected");
  std::terminate();  // not reached: FAIL throws
}

bool Listener::nobody_connects() {
  if (!wait_for(fd_, POLLIN, Deadline(quiet_period()))) return true;
  Story::current().mismatch("no connection to " + in_words(endpoint_), "a connection");
  return false;
}

ClosedPort::ClosedPort() {
  // Bound but not listening: connecting to it is refused, and the system gives it to nobody else.
  SocketAddress address = to_address("127.0.0.1", 0);
  fd_ = new_socket(AF_INET, SOCK_STREAM);
  if (::bind(fd_, address.get(), address.length) != 0)
    throw std::system_error(errno, std::system_category(), "the test's own socket");
  port_ = local_address(fd_).port();
}

ClosedPort::~ClosedPort() { ::close(fd_); }

}  // namespace harness

#include "socket.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "error.hpp"

namespace net {
namespace {

// How many connections may wait while a server is busy with one. The kernel has a limit of its own.
constexpr int backlog = 64;

// macOS has no MSG_NOSIGNAL; there, ignoring SIGPIPE (run_main) is what keeps send from ending the program.
#ifdef MSG_NOSIGNAL
constexpr int no_signal = MSG_NOSIGNAL;
#else
constexpr int no_signal = 0;
#endif

// Calls again what a signal interrupted before it could do anything.
template <class Call>
auto carry_on(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

bool would_wait(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

// What `make` makes of the first address with which it does not fail; else the failure of the last.
template <class Make>
Socket first_that_works(const std::vector<Address>& addresses, Make make) {
  std::exception_ptr last;
  for (const Address& address : addresses) {
    try {
      return make(address);
    } catch (const std::system_error&) {
      last = std::current_exception();
    }
  }
  std::rethrow_exception(last);
}

// An interrupted connect goes on in the background; calling it again would fail. Wait for its outcome instead.
void wait_for_connect(int fd, const std::string& what) {
  pollfd ready{fd, POLLOUT, 0};
  if (carry_on([&] { return ::poll(&ready, 1, -1); }) < 0) throw_errno(what);
  int error = 0;
  socklen_t length = sizeof error;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0) throw_errno(what);
  errno = error;
  if (error != 0) throw_errno(what);
}

}  // namespace

Socket::Socket(int family, int type) : fd_(::socket(family, type, 0)) {
  if (fd_ < 0) throw_errno("socket");
}

Socket::Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  // By way of a temporary, so that moving a socket to itself keeps it.
  Socket taken(std::move(other));
  std::swap(fd_, taken.fd_);
  return *this;
}

Socket::~Socket() { close(); }

void Socket::bind(const Address& local) {
  if (::bind(fd_, local.get(), local.length()) < 0) throw_errno("bind " + local.text());
}

void Socket::listen(int waiting) {
  if (::listen(fd_, waiting) < 0) throw_errno("listen");
}

Socket Socket::accept(Address* peer) {
  Address from;
  int fd = carry_on([&] { return ::accept(fd_, from.get(), from.room()); });
  if (fd < 0) throw_errno("accept");
  if (peer != nullptr) *peer = from;
  return Socket(fd);
}

void Socket::connect(const Address& peer) {
  if (::connect(fd_, peer.get(), peer.length()) == 0) return;
  std::string what = "connect to " + peer.text();
  if (errno != EINTR) throw_errno(what);
  wait_for_connect(fd_, what);
}

std::size_t Socket::send(std::span<const std::byte> data) {
  ssize_t count = carry_on([&] { return ::send(fd_, data.data(), data.size(), no_signal); });
  if (count < 0) throw_errno("send");
  return static_cast<std::size_t>(count);
}

void Socket::send_all(std::span<const std::byte> data) {
  while (!data.empty()) data = data.subspan(send(data));
}

std::size_t Socket::recv(std::span<std::byte> buffer) {
  ssize_t count = carry_on([&] { return ::recv(fd_, buffer.data(), buffer.size(), 0); });
  if (count < 0) throw_errno("recv");
  return static_cast<std::size_t>(count);
}

void Socket::send_to(std::span<const std::byte> data, const Address& peer) {
  auto send = [&] { return ::sendto(fd_, data.data(), data.size(), no_signal, peer.get(), peer.length()); };
  if (carry_on(send) < 0) throw_errno("send to " + peer.text());
}

std::size_t Socket::recv_from(std::span<std::byte> buffer, Address& from) {
  ssize_t count = carry_on([&] { return ::recvfrom(fd_, buffer.data(), buffer.size(), 0, from.get(), from.room()); });
  if (count < 0) throw_errno("recvfrom");
  return static_cast<std::size_t>(count);
}

std::optional<Socket> Socket::try_accept(Address* peer) {
  Address from;
  int fd = carry_on([&] { return ::accept(fd_, from.get(), from.room()); });
  if (fd < 0 && would_wait(errno)) return {};
  if (fd < 0) throw_errno("accept");
  if (peer != nullptr) *peer = from;
  return Socket(fd);
}

std::optional<std::size_t> Socket::try_send(std::span<const std::byte> data) {
  ssize_t count = carry_on([&] { return ::send(fd_, data.data(), data.size(), no_signal); });
  if (count < 0 && would_wait(errno)) return {};
  if (count < 0) throw_errno("send");
  return static_cast<std::size_t>(count);
}

std::optional<std::size_t> Socket::try_recv(std::span<std::byte> buffer) {
  ssize_t count = carry_on([&] { return ::recv(fd_, buffer.data(), buffer.size(), 0); });
  if (count < 0 && would_wait(errno)) return {};
  if (count < 0) throw_errno("recv");
  return static_cast<std::size_t>(count);
}

void Socket::shutdown_send() {
  if (::shutdown(fd_, SHUT_WR) < 0) throw_errno("shutdown");
}

void Socket::set_reuse_address() {
  int on = 1;
  if (::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) throw_errno("setsockopt SO_REUSEADDR");
}

void Socket::set_no_delay() {
  int on = 1;
  if (::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) throw_errno("setsockopt TCP_NODELAY");
}

void Socket::set_nonblocking() {
  // Read first, so that the other flags stay what they are.
  int flags = ::fcntl(fd_, F_GETFL);
  if (flags < 0 || ::fcntl(fd_, F_SETFL, flags | O_NONBLOCK) < 0) throw_errno("fcntl O_NONBLOCK");
}

Address Socket::local_address() const {
  Address address;
  if (::getsockname(fd_, address.get(), address.room()) < 0) throw_errno("getsockname");
  return address;
}

Address Socket::peer_address() const {
  Address address;
  if (::getpeername(fd_, address.get(), address.room()) < 0) throw_errno("getpeername");
  return address;
}

void Socket::close() noexcept {
  // No retry on EINTR: Linux has freed the descriptor by then, and another thread may already have its number.
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Socket listen_on(const std::string& host, std::uint16_t port) {
  return first_that_works(resolve(host, port, SOCK_STREAM, Use::bind), [](const Address& address) {
    Socket listener(address.family(), SOCK_STREAM);
    listener.set_reuse_address();
    listener.bind(address);
    listener.listen(backlog);
    return listener;
  });
}

Socket bind_datagram(const std::string& host, std::uint16_t port) {
  // Without SO_REUSEADDR: it would let a second server take over the port of the first.
  return first_that_works(resolve(host, port, SOCK_DGRAM, Use::bind), [](const Address& address) {
    Socket socket(address.family(), SOCK_DGRAM);
    socket.bind(address);
    return socket;
  });
}

Socket connect_to(const std::string& host, std::uint16_t port) {
  return first_that_works(resolve(host, port, SOCK_STREAM, Use::connect), [](const Address& address) {
    Socket connection(address.family(), SOCK_STREAM);
    connection.connect(address);
    return connection;
  });
}

}  // namespace net

#include "full_listener.hpp"

#include <linux/tcp.h>  // netinet/tcp.h does not go together with it in one unit
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "sockets.hpp"
#include "story.hpp"

namespace harness {
namespace {

[[noreturn]] void no_full_listener() {
  throw std::system_error(errno, std::system_category(), "the test's own full listener");
}

void set_number(int fd, int level, int option, int value) { ::setsockopt(fd, level, option, &value, sizeof value); }

}  // namespace

FullListener::FullListener(std::string host, std::uint16_t port) : endpoint_{std::move(host), port} {
  SocketAddress address = to_address(endpoint_.host, port);
  fd_ = new_socket(address.family(), SOCK_STREAM);
  if (::bind(fd_, address.get(), address.length) != 0 || ::listen(fd_, 0) != 0) no_full_listener();
  address = local_address(fd_);
  endpoint_.port = address.port();
  Story::current().step("we listened", "on " + in_words(endpoint_) + ", where nobody is let in");

  // A queue of length 0 holds one connection.
  filler_ = new_socket(address.family(), SOCK_STREAM);
  if (::connect(filler_, address.get(), address.length) != 0 && errno != EINPROGRESS) no_full_listener();
  pollfd queued{fd_, POLLIN, 0};
  if (::poll(&queued, 1, static_cast<int>(patience().count())) != 1) no_full_listener();
}

FullListener::~FullListener() {
  ::close(filler_);
  ::close(fd_);
}

void take_little(const Listener& listener) {
  // A connection takes both over when it is made. Small segments keep the sender's own buffer small: on loopback it
  // would grow with them to more than a megabyte.
  set_number(listener.fd(), SOL_SOCKET, SO_RCVBUF, 2048);
  set_number(listener.fd(), IPPROTO_TCP, TCP_MAXSEG, 536);
}

}  // namespace harness

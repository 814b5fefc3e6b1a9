#include "echo_thread.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

#include "sockets.hpp"

namespace {

// Waits until `fd` is ready, unless the test ends first.
bool ready(int fd, short events, int stop) {
  pollfd fds[] = {{fd, events, 0}, {stop, POLLIN, 0}};
  return ::poll(fds, 2, -1) > 0 && fds[1].revents == 0;
}

bool receive_all(int fd, unsigned char* bytes, std::size_t count, int stop) {
  while (count > 0) {
    if (!ready(fd, POLLIN, stop)) return false;
    ssize_t n = ::recv(fd, bytes, count, 0);
    if (n <= 0) return false;
    bytes += n;
    count -= static_cast<std::size_t>(n);
  }
  return true;
}

bool send_all(int fd, const unsigned char* bytes, std::size_t count, int stop) {
  while (count > 0) {
    if (!ready(fd, POLLOUT, stop)) return false;
    ssize_t n = ::send(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0) return false;
    bytes += n;
    count -= static_cast<std::size_t>(n);
  }
  return true;
}

void put_length(unsigned char* at, std::size_t length) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<unsigned char>(length >> (24 - 8 * i));
}

}  // namespace

EchoThread::EchoThread() {
  harness::SocketAddress address = harness::to_address("127.0.0.1", 0);
  listener_ = harness::new_socket(AF_INET, SOCK_STREAM);
  int small = 32 * 1024;
  ::setsockopt(listener_, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  ::setsockopt(listener_, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  int ends[2] = {-1, -1};
  if (::bind(listener_, address.get(), address.length) != 0 || ::listen(listener_, 4) != 0 || ::pipe(ends) != 0)
    throw std::system_error(errno, std::system_category(), "the test's own server");
  port_ = harness::local_address(listener_).port();
  stop_ = ends[0];
  stop_write_ = ends[1];
  thread_ = std::thread([this] { serve(); });
}

EchoThread::~EchoThread() {
  ::close(stop_write_);
  thread_.join();
  ::close(stop_);
  ::close(listener_);
}

void EchoThread::serve() {
  if (!ready(listener_, POLLIN, stop_)) return;
  int client = ::accept(listener_, nullptr, nullptr);
  if (client < 0) return;
  std::vector<unsigned char> frame(10 + 1024 * 1024);
  while (receive_all(client, frame.data(), 4, stop_)) {
    std::size_t length = 0;
    for (int i = 0; i < 4; ++i) length = length << 8 | frame[static_cast<std::size_t>(i)];
    if (length > 1024 * 1024 || !receive_all(client, frame.data() + 10, length, stop_)) break;
    put_length(frame.data(), length + 6);
    for (std::size_t i = 0; i < 6; ++i) frame[4 + i] = static_cast<unsigned char>("Echo: "[i]);
    if (!send_all(client, frame.data(), length + 10, stop_)) break;
  }
  ::close(client);
}

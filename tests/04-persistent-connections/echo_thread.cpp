#include "echo_thread.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <system_error>

#include "frames.hpp"
#include "sockets.hpp"

namespace {

// Waits until `fd` is ready, unless the test ends first.
bool ready(int fd, short events, int stop) {
  pollfd fds[] = {{fd, events, 0}, {stop, POLLIN, 0}};
  return ::poll(fds, 2, -1) > 0 && fds[1].revents == 0;
}

bool send_all(int fd, std::string_view bytes, int stop) {
  while (!bytes.empty()) {
    if (!ready(fd, POLLOUT, stop)) return false;
    ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// The answers to the whole frames at the front of `requests`, which are taken off.
std::string answers_to(std::string& requests) {
  std::string answers;
  std::size_t from = 0;
  while (requests.size() - from >= 4) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(requests[from + i]);
    if (requests.size() - from - 4 < length) break;
    answers += answer(std::string_view(requests).substr(from + 4, length));
    from += 4 + length;
  }
  requests.erase(0, from);
  return answers;
}

}  // namespace

EchoThread::EchoThread() {
  harness::SocketAddress address = harness::to_address("127.0.0.1", 0);
  listener_ = harness::new_socket(AF_INET, SOCK_STREAM);
  int small = 256 * 1024;
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
  int on = 1;
  ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  std::array<char, 65536> buffer;
  std::string requests;
  while (ready(client, POLLIN, stop_)) {
    ssize_t n = ::recv(client, buffer.data(), buffer.size(), 0);
    if (n <= 0) break;
    requests.append(buffer.data(), static_cast<std::size_t>(n));
    if (!send_all(client, answers_to(requests), stop_)) break;
  }
  ::close(client);
}

// The protocol of lab 04 by hand in the design of the reference: poll, all descriptors each time, bare system calls.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

static char buffer[256 * 1024];

struct Client {
  std::string in, out;
};

static void answer_frames(Client& c) {
  std::size_t from = 0;
  while (c.in.size() - from >= 4) {
    std::uint32_t length;
    std::memcpy(&length, c.in.data() + from, 4);
    length = ntohl(length);
    if (c.in.size() - from - 4 < length) break;
    std::uint32_t longer = htonl(length + 6);
    c.out.append(reinterpret_cast<const char*>(&longer), 4).append("Echo: ").append(c.in, from + 4, length);
    from += 4 + length;
  }
  c.in.erase(0, from);
}

static bool serve(int fd, Client& c, short ready) {
  if (ready & ~POLLOUT) {
    ssize_t n = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN)) return false;
    if (n > 0) c.in.append(buffer, static_cast<std::size_t>(n));
    answer_frames(c);
  }
  if (c.out.empty()) return true;
  ssize_t n = ::send(fd, c.out.data(), c.out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0) return errno == EAGAIN;
  c.out.erase(0, static_cast<std::size_t>(n));
  return true;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  int listener = ::socket(AF_INET, SOCK_STREAM, 0), on = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[2])));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  socklen_t length = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener, 4096) != 0)
    return 1;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  std::printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  std::fflush(stdout);

  std::vector<pollfd> polled{{listener, POLLIN, 0}};
  std::vector<Client> clients(1);
  while (true) {
    ::poll(polled.data(), polled.size(), -1);
    for (std::size_t i = polled.size(); i-- > 1;) {
      if (polled[i].revents == 0) continue;
      if (serve(polled[i].fd, clients[i], polled[i].revents)) {
        polled[i].events = clients[i].out.empty() ? POLLIN : POLLIN | POLLOUT;
        continue;
      }
      ::close(polled[i].fd);
      polled[i] = polled.back();
      polled.pop_back();
      clients[i] = std::move(clients.back());
      clients.pop_back();
    }
    if (polled[0].revents == 0) continue;
    int fd = ::accept(listener, nullptr, nullptr);
    if (fd < 0) continue;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    polled.push_back({fd, POLLIN, 0});
    clients.emplace_back();
  }
}

// The protocol of lab 04 with a thread for each connection.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

static void serve(int fd) {
  std::vector<char> buffer(64 * 1024);
  std::string in, out;
  while (true) {
    ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (n <= 0) break;
    in.append(buffer.data(), static_cast<std::size_t>(n));
    std::size_t from = 0;
    while (in.size() - from >= 4) {
      std::uint32_t length;
      std::memcpy(&length, in.data() + from, 4);
      length = ntohl(length);
      if (in.size() - from - 4 < length) break;
      std::uint32_t longer = htonl(length + 6);
      out.append(reinterpret_cast<const char*>(&longer), 4).append("Echo: ").append(in, from + 4, length);
      from += 4 + length;
    }
    in.erase(0, from);
    std::size_t sent = 0;
    while (sent < out.size()) {
      ssize_t count = ::send(fd, out.data() + sent, out.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) break;
      sent += static_cast<std::size_t>(count);
    }
    out.clear();
  }
  ::close(fd);
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
  while (true) {
    int fd = ::accept(listener, nullptr, nullptr);
    if (fd < 0) continue;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::thread(serve, fd).detach();
  }
}

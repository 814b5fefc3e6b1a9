// Plain POSIX calls, nothing of common/: IPv4, no names, as short as it goes.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
  char* end = nullptr;
  long port = argc == 4 && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : -1;
  if (port < 0 || port > 65535 || *end != '\0') return std::fputs("usage: quote_server HOST PORT TEXT\n", stderr), 2;
  int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in local{};
  socklen_t length = sizeof local;
  local.sin_family = AF_INET;
  local.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, argv[1], &local.sin_addr);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&local), length) < 0 || ::listen(listener, 5) < 0)
    return std::perror("listen"), 1;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&local), &length);
  std::printf("listening on %s:%d\n", argv[1], ntohs(local.sin_port));
  std::fflush(stdout);
  const std::string text = argv[3] + std::string("\n");
  while (true) {
    int client = ::accept(listener, nullptr, nullptr);
    if (client < 0) continue;
    for (std::size_t sent = 0; sent < text.size();) {
      ssize_t n = ::send(client, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<std::size_t>(n);
    }
    ::close(client);
  }
}

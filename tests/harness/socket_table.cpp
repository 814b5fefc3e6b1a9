#include "socket_table.hpp"

#include <arpa/inet.h>

#include <fstream>
#include <sstream>

namespace harness {
namespace {

// The kernel prints an address as 32-bit words in host byte order.
std::string address_text(const std::string& words) {
  char text[INET6_ADDRSTRLEN] = "?";
  if (words.size() == 8) {
    std::uint32_t word = static_cast<std::uint32_t>(std::stoul(words, nullptr, 16));
    ::inet_ntop(AF_INET, &word, text, sizeof text);
    return text;
  }
  std::uint32_t parts[4] = {};
  for (std::size_t i = 0; i < 4 && words.size() == 32; ++i)
    parts[i] = static_cast<std::uint32_t>(std::stoul(words.substr(8 * i, 8), nullptr, 16));
  ::inet_ntop(AF_INET6, parts, text, sizeof text);
  return "[" + std::string(text) + "]";
}

unsigned long hexadecimal(const std::string& digits) { return std::stoul(digits, nullptr, 16); }

}  // namespace

std::vector<SocketLine> socket_table(const std::string& name) {
  std::vector<SocketLine> lines;
  std::ifstream file("/proc/self/net/" + name);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string index, local, remote, state, queues, timer, retransmits, user, timeout;
    SocketLine socket;
    fields >> index >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> socket.inode;
    auto local_colon = local.find(':'), remote_colon = remote.find(':'), queue_colon = queues.find(':');
    if (local_colon == std::string::npos || remote_colon == std::string::npos || queue_colon == std::string::npos)
      continue;
    socket.local = address_text(local.substr(0, local_colon));
    socket.remote = address_text(remote.substr(0, remote_colon));
    socket.local_port = static_cast<std::uint16_t>(hexadecimal(local.substr(local_colon + 1)));
    socket.remote_port = static_cast<std::uint16_t>(hexadecimal(remote.substr(remote_colon + 1)));
    socket.state = static_cast<TcpState>(hexadecimal(state));
    socket.unread = hexadecimal(queues.substr(queue_colon + 1));
    lines.push_back(socket);
  }
  return lines;
}

}  // namespace harness

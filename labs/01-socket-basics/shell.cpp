#include "shell.hpp"

#include <sys/socket.h>

#include <map>
#include <set>
#include <stdexcept>

#include "address.hpp"
#include "calls.hpp"
#include "help.hpp"
#include "text.hpp"

namespace {

const std::map<std::string, int> options{
    {"reuseaddr", SO_REUSEADDR}, {"broadcast", SO_BROADCAST}, {"rcvbuf", SO_RCVBUF}, {"sndbuf", SO_SNDBUF}, {"error", SO_ERROR}};

const std::map<std::string, int> directions{{"read", SHUT_RD}, {"write", SHUT_WR}, {"both", SHUT_RDWR}};

int find(const std::map<std::string, int>& table, const std::string& word, const std::string& what) {
  if (auto found = table.find(word); found != table.end()) return found->second;
  std::string known;
  for (const auto& [name, value] : table) known += (known.empty() ? "" : ", ") + name;
  throw std::invalid_argument(what + " is one of " + known + ", not " + quote(word));
}

// HOST PORT, as the first address of the socket's own family.
SocketAddress take_address(std::string_view& rest, int family) {
  std::string host = take_word(rest), port = take_word(rest);
  if (host.empty()) throw std::invalid_argument("HOST PORT is missing");
  number(port, "PORT", 0, 65535);
  return resolve(host, port, family).front();
}

std::size_t take_most(std::string_view& rest) { return static_cast<std::size_t>(number(take_word(rest), "MAX", 1, 65536)); }

std::string show_all(std::string_view rest) {
  std::string answer, host = take_word(rest), port = take_word(rest);
  if (host.empty()) throw std::invalid_argument("HOST PORT is missing");
  number(port, "PORT", 0, 65535);
  for (const SocketAddress& address : resolve(host, port, AF_UNSPEC)) answer += text(address) + "\n";
  return answer + "ok";
}

std::string show(const std::string& bytes, int type) {
  if (bytes.empty() && type == SOCK_STREAM) return "end of stream";
  return "received " + std::to_string(bytes.size()) + " " + quote(bytes);
}

std::string show(const Datagram& datagram) {
  std::string answer = show(datagram.bytes, SOCK_DGRAM) + " from " + text(datagram.sender);
  if (!datagram.truncated) return answer;
  if (datagram.length <= datagram.bytes.size()) return answer + " (truncated)";
  return answer + " (truncated from " + std::to_string(datagram.length) + ")";
}

}  // namespace

std::string Shell::answer(std::string_view line) {
  std::string command = take_word(line);
  if (command.empty()) return "";
  try {
    return carry_out(command, line);
  } catch (const std::exception& error) {
    return std::string("error: ") + error.what();
  }
}

std::string Shell::carry_out(const std::string& command, std::string_view rest) {
  if (command == "help") return help(take_word(rest));
  if (command == "resolve") return show_all(rest);
  if (command == "socket") {
    int type = find({{"tcp", SOCK_STREAM}, {"udp", SOCK_DGRAM}}, take_word(rest), "the kind of socket");
    std::string version = take_word(rest);
    if (!version.empty() && version != "6") throw std::invalid_argument("after the kind comes 6 or nothing, not " + quote(version));
    int family = version.empty() ? AF_INET : AF_INET6;
    return keep(open_socket(family, type), family, type);
  }

  static const std::set<std::string> known{"bind", "address", "peer", "listen", "connect", "accept", "send",
                                           "recv", "sendto", "recvfrom", "option", "shutdown", "close"};
  if (!known.contains(command)) throw std::invalid_argument("unknown command " + quote(command) + "; type help for a list");

  Entry& socket = entry(rest);
  int fd = socket.handle.get();
  if (command == "bind") return bind_socket(fd, take_address(rest, socket.family)), "ok";
  if (command == "address") return text(local_address(fd));
  if (command == "peer") return text(peer_address(fd));
  if (command == "listen") {
    std::string backlog = take_word(rest);
    return start_listening(fd, backlog.empty() ? 16 : static_cast<int>(number(backlog, "BACKLOG", 0, 65535))), "ok";
  }
  if (command == "connect") return connect_socket(fd, take_address(rest, socket.family)), "ok";
  if (command == "accept") {
    Accepted accepted = accept_connection(fd);
    return keep(accepted.fd, socket.family, SOCK_STREAM) + " from " + text(accepted.peer);
  }
  if (command == "send") return "sent " + std::to_string(send_everything(fd, unescape(rest)));
  if (command == "recv") return show(receive(fd, take_most(rest)), socket.type);
  if (command == "sendto") {
    SocketAddress receiver = take_address(rest, socket.family);
    return "sent " + std::to_string(send_datagram(fd, receiver, unescape(rest)));
  }
  if (command == "recvfrom") return show(receive_datagram(fd, take_most(rest)));
  if (command == "option") {
    int name = find(options, take_word(rest), "the option");
    std::string value = take_word(rest);
    if (value.empty()) return std::to_string(get_option(fd, SOL_SOCKET, name));
    return set_option(fd, SOL_SOCKET, name, static_cast<int>(number(value, "VALUE", 0, 1 << 30))), "ok";
  }
  if (command == "shutdown") return shut_down(fd, find(directions, take_word(rest), "the direction")), "ok";
  return close(socket);
}

std::string Shell::keep(int fd, int family, int type) {
  Handle handle(fd);
  // Only now are closed ones forgotten: their number may be that of the new socket, and they must not touch it.
  std::erase_if(entries_, [](const Entry& old) { return old.closed; });
  entries_.push_back({std::move(handle), family, type, false});
  return "fd " + std::to_string(fd);
}

Shell::Entry& Shell::entry(std::string_view& rest) {
  std::string word = take_word(rest);
  long fd = number(word, "FD", 0, 1 << 30);
  std::string open;
  for (Entry& candidate : entries_) {
    if (candidate.closed) continue;
    if (candidate.handle.get() == fd) return candidate;
    open += " " + std::to_string(candidate.handle.get());
  }
  throw std::invalid_argument("this shell has no descriptor " + word + "; it has" + (open.empty() ? " none yet: type socket tcp" : open));
}

std::string Shell::close(Entry& socket) {
  socket.handle.close();
  socket.closed = true;
  return "ok";
}

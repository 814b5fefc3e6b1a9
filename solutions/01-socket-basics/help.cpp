#include "help.hpp"

#include <array>

namespace {

struct Entry {
  const char* command;
  const char* usage;
  const char* does;
  const char* python;  // the line of Python's socket module that it stands for
};

constexpr std::array<Entry, 16> entries{{
    {"resolve", "resolve HOST PORT", "the addresses of a name; getaddrinfo(3)", "socket.getaddrinfo(host, port)"},
    {"socket", "socket tcp|udp [6]", "makes a socket, IPv4 unless 6; socket(2)", "s = socket.socket(AF_INET, SOCK_STREAM)"},
    {"bind", "bind FD HOST PORT", "gives it a local address, port 0: any; bind(2)", "s.bind((host, port))"},
    {"address", "address FD", "its local address; getsockname(2)", "s.getsockname()"},
    {"listen", "listen FD [BACKLOG]", "lets connections come in; listen(2)", "s.listen(backlog)"},
    {"connect", "connect FD HOST PORT", "connects to a listening socket; connect(2)", "s.connect((host, port))"},
    {"peer", "peer FD", "who is at the other end; getpeername(2)", "s.getpeername()"},
    {"accept", "accept FD", "takes the next connection, or waits for one; accept(2)", "connection, peer = s.accept()"},
    {"send", "send FD TEXT", "sends all of TEXT, with escapes such as \\n; send(2)", "s.sendall(b\"text\")"},
    {"recv", "recv FD MAX", "receives once, at most MAX bytes; recv(2)", "s.recv(max)"},
    {"shutdown", "shutdown FD read|write|both", "finishes one direction; shutdown(2)", "s.shutdown(SHUT_WR)"},
    {"sendto", "sendto FD HOST PORT TEXT", "sends one datagram; sendto(2)", "s.sendto(b\"text\", (host, port))"},
    {"recvfrom", "recvfrom FD MAX", "receives one datagram and its sender; recvfrom(2)", "data, sender = s.recvfrom(max)"},
    {"option", "option FD NAME [VALUE]", "reuseaddr, broadcast, rcvbuf, sndbuf, error; socket(7)", "s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)"},
    {"close", "close FD", "gives the descriptor back; close(2)", "s.close()"},
    {"help", "help [COMMAND]", "this list, or one command in full", "help(socket)"},
}};

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

}  // namespace

std::string help(const std::string& command) {
  std::string text;
  for (const Entry& entry : entries) {
    if (command.empty()) text += "  " + padded(entry.usage, 29) + entry.does + "\n";
    if (command == entry.command)
      text += std::string("  ") + entry.usage + "\n  " + entry.does + "\n  in Python: " + entry.python + "\n";
  }
  if (command.empty()) text += "  Ctrl-D ends the shell and closes everything\n";
  if (text.empty()) text = "  there is no command " + command + "\n";
  text.pop_back();
  return text;
}

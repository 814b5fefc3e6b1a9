// What one types, all the others read: the example of the page about chat. chat PORT
#include <poll.h>

#include <array>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "error.hpp"
#include "socket.hpp"

struct Guest {
  net::Socket socket;
  net::Address address;
  std::string unfinished;  // a line whose newline has not come yet
};

using Room = std::map<int, Guest>;

//! [tell]
static void tell_the_others(Room& room, int speaker, const std::string& text) {
  for (auto& [fd, guest] : room)
    if (fd != speaker) guest.socket.send_all(net::as_bytes(text));
}
//! [tell]

//! [listen]
// Hands on each whole line. False when the guest has left.
static bool listen_to(Room& room, Guest& guest) {
  std::array<char, 1024> piece;
  std::size_t length = guest.socket.recv(std::as_writable_bytes(std::span(piece)));
  guest.unfinished.append(piece.data(), length);
  for (std::size_t end; (end = guest.unfinished.find('\n')) != std::string::npos; guest.unfinished.erase(0, end + 1))
    tell_the_others(room, guest.socket.fd(), guest.address.text() + ": " + guest.unfinished.substr(0, end + 1));
  return length > 0;
}
//! [listen]

static void welcome(Room& room, net::Socket& listener) {
  net::Address address;
  net::Socket socket = listener.accept(&address);
  int fd = socket.fd();
  room.insert_or_assign(fd, Guest{std::move(socket), address, ""});
  tell_the_others(room, fd, address.text() + " has come\n");
}

static void leave(Room& room, int fd) {
  std::string who = room.at(fd).address.text();
  room.erase(fd);
  tell_the_others(room, fd, who + " has left\n");
}

static void serve(net::Socket& listener) {
  Room room;
  while (true) {
    std::vector<pollfd> watched{{listener.fd(), POLLIN, 0}};
    for (const auto& [fd, guest] : room) watched.push_back({fd, POLLIN, 0});
    if (::poll(watched.data(), static_cast<nfds_t>(watched.size()), -1) < 0) net::throw_errno("poll");
    for (const pollfd& one : watched) {
      if (one.revents == 0) continue;
      if (one.fd == listener.fd())
        welcome(room, listener);
      else if (!listen_to(room, room.at(one.fd)))
        leave(room, one.fd);
    }
  }
}

static void run(int argc, char** argv) {
  if (argc != 2) throw net::UsageError("chat PORT");
  net::Socket listener = net::listen_on("127.0.0.1", net::parse_port(argv[1], 0));
  std::printf("listening on %s\n", listener.local_address().text().c_str());
  std::fflush(stdout);
  serve(listener);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

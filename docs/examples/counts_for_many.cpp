// Counts what each of many clients sends, all at the same time: the example of chapter 04. counts_for_many PORT
#include <poll.h>

#include <array>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "error.hpp"
#include "socket.hpp"

struct Client {
  net::Socket socket;
  std::size_t sum = 0;
};

//! [wait]
// Whom to wait for: the listener, and every client.
static std::vector<pollfd> wait_for_any(const net::Socket& listener, const std::map<int, Client>& clients) {
  std::vector<pollfd> watched{{listener.fd(), POLLIN, 0}};
  for (const auto& [fd, client] : clients) watched.push_back({fd, POLLIN, 0});
  if (::poll(watched.data(), static_cast<nfds_t>(watched.size()), -1) < 0) net::throw_errno("poll");
  return watched;
}
//! [wait]

//! [count]
// One recv and no more: the next one might have to wait, and the others with it.
static bool count_some(Client& client) {
  std::array<std::byte, 4096> buffer;
  std::size_t count = client.socket.recv(buffer);
  client.sum += count;
  if (count > 0) return true;
  client.socket.send_all(net::as_bytes(std::to_string(client.sum) + " bytes\n"));
  return false;
}
//! [count]

//! [loop]
static void serve(net::Socket& listener) {
  std::map<int, Client> clients;
  while (true) {
    for (const pollfd& watched : wait_for_any(listener, clients)) {
      if (watched.revents == 0) continue;
      if (watched.fd == listener.fd()) {
        net::Socket socket = listener.accept();
        int fd = socket.fd();
        clients.insert_or_assign(fd, Client{std::move(socket)});
      } else if (!count_some(clients.at(watched.fd))) {
        clients.erase(watched.fd);  // closes it
      }
    }
  }
}
//! [loop]

static void run(int argc, char** argv) {
  if (argc != 2) throw net::UsageError("counts_for_many PORT");
  net::Socket listener = net::listen_on("127.0.0.1", net::parse_port(argv[1], 0));
  std::printf("listening on %s\n", listener.local_address().text().c_str());
  std::fflush(stdout);
  serve(listener);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

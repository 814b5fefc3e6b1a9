// listener whose main thread waits for signals (sigwait) while another receives. It announces itself as a server does.
#include <pthread.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

#include "error.hpp"
#include "multicast.hpp"
#include "number.hpp"

namespace {

void receive(net::Socket& socket, long count) {
  std::array<std::byte, 65536> buffer;
  for (long i = 0; count < 0 || i < count; ++i) {
    net::Address from;
    std::size_t n = socket.recv_from(buffer, from);
    std::cout << from.text() << ' ' << std::string_view(reinterpret_cast<const char*>(buffer.data()), n) << std::endl;
  }
  std::_Exit(0);
}

void run(int argc, char** argv) {
  std::vector<std::string> rest(argv + 1, argv + argc);
  std::optional<std::string> interface;
  if (rest.size() >= 4 && rest[2] == "--interface") {
    interface = rest[3];
    rest.erase(rest.begin() + 2, rest.begin() + 4);
  }
  if (rest.size() < 2 || rest.size() > 3) throw net::UsageError("listener HOST PORT [--interface ADDRESS] [COUNT]");
  long count = rest.size() == 3 ? net::parse_number(rest[2], 1, 1'000'000'000, "COUNT") : -1;
  net::Address where = net::resolve(rest[0], net::parse_port(rest[1], 0), SOCK_DGRAM, net::Use::bind).front();

  sigset_t signals;
  sigemptyset(&signals);
  for (int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  static net::Socket socket(where.family(), SOCK_DGRAM);
  net::share_port(socket);
  if (net::is_multicast(where)) {
    // Joined before it is bound: the order does not matter.
    if (interface)
      net::join_group(socket, where, net::resolve(*interface, 0, SOCK_DGRAM, net::Use::bind).front());
    else
      net::join_group(socket, where);
  }
  socket.bind(where);
  std::cout << "listening on " << socket.local_address().text() << std::endl;
  std::thread(receive, std::ref(socket), count).detach();
  int number = 0;
  sigwait(&signals, &number);
  std::_Exit(0);
}

}  // namespace

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

// beacon bound to the address of its interface, with one process for each datagram: fork, send, wait.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "error.hpp"
#include "multicast.hpp"
#include "number.hpp"

namespace {

void send_in_a_child(const net::Address& to, const std::string& interface, const std::string& message) {
  net::Socket socket(to.family(), SOCK_DGRAM);
  net::set_broadcast(socket);
  if (net::is_multicast(to)) net::set_multicast_hops(socket, 1);
  if (!interface.empty()) {
    net::Address by = net::resolve(interface, 0, SOCK_DGRAM, net::Use::bind).front();
    socket.bind(by);
    net::set_multicast_interface(socket, by);
  }
  socket.send_to(net::as_bytes(message), to);
}

void run(int argc, char** argv) {
  std::vector<std::string> rest(argv + 1, argv + argc);
  std::string interface;
  if (rest.size() > 4 && rest[2] == "--interface") {
    interface = rest[3];
    rest.erase(rest.begin() + 2, rest.begin() + 4);
  }
  if (rest.size() < 3 || rest.size() > 5)
    throw net::UsageError("beacon HOST PORT [--interface ADDRESS] MESSAGE [COUNT [INTERVAL_MS]]");
  std::uint16_t port = net::parse_port(rest[1], 1);
  int count = rest.size() > 3 ? net::parse_number(rest[3], 0, 1'000'000'000, "COUNT") : 1;
  int interval = rest.size() > 4 ? net::parse_number(rest[4], 0, 1'000'000'000, "INTERVAL_MS") : 1000;
  net::Address to = net::resolve(rest[0], port, SOCK_DGRAM, net::Use::connect).front();
  for (int i = 0; i < count; ++i) {
    if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(interval));
    pid_t child = ::fork();
    if (child < 0) net::throw_errno("fork");
    if (child == 0) {
      try {
        send_in_a_child(to, interface, rest[2]);
        ::_exit(0);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "beacon: %s\n", error.what());
        ::_exit(1);
      }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error("a datagram could not be sent");
  }
}

}  // namespace

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

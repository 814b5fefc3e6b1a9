// feed_server with two threads: one listens to subscribers, the other reads stdin. A lock guards the list; a third
// sweeps it, so that leases end when nothing is sent too.
#include <array>
#include <chrono>
#include <condition_variable>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "error.hpp"
#include "number.hpp"
#include "socket.hpp"

namespace {

using Clock = std::chrono::steady_clock;

struct Subscriber {
  net::Address address;
  Clock::time_point end;
};

std::mutex guard;
std::condition_variable finished;
bool done = false;
std::map<std::string, Subscriber> list;  // by address, as text
unsigned long next = 1;

void listen_to(net::Socket& socket, std::chrono::milliseconds lease) {
  std::array<std::byte, 70000> buffer;
  while (true) {
    net::Address from;
    std::size_t n = socket.recv_from(buffer, from);
    std::string word(reinterpret_cast<const char*>(buffer.data()), n);
    std::lock_guard lock(guard);
    if (word == "JOIN" || word == "JOIN\n") {
      list[from.text()] = {from, Clock::now() + lease};
      socket.send_to(net::as_bytes("WELCOME " + std::to_string(next)), from);
    } else if (word == "LEAVE" || word == "LEAVE\n") {
      list.erase(from.text());
    } else {
      std::cerr << "ignored " << n << " bytes from " << from.text() << '\n';
    }
  }
}

void sweep() {
  std::unique_lock lock(guard);
  while (!finished.wait_for(lock, std::chrono::milliseconds(50), [] { return done; }))
    std::erase_if(list, [](const auto& entry) { return entry.second.end < Clock::now(); });
}

void to_all(net::Socket& socket, const std::string& text) {
  for (const auto& [name, subscriber] : list) {
    try {
      socket.send_to(net::as_bytes(text), subscriber.address);
    } catch (const std::exception& error) {
      std::cerr << name << ": " << error.what() << '\n';
    }
  }
}

void run(int argc, char** argv) {
  if (argc < 3 || argc > 4) throw net::UsageError("feed_server HOST PORT [LEASE_MS]");
  std::uint16_t port = net::parse_port(argv[2], 0);
  std::chrono::milliseconds lease(argc == 4 ? net::parse_number(argv[3], 1, 1'000'000'000, "LEASE_MS") : 30'000);
  net::Socket socket = net::bind_datagram(argv[1], port);
  std::cout << "listening on " << socket.local_address().text() << std::endl;
  std::thread(listen_to, std::ref(socket), lease).detach();
  std::thread sweeper(sweep);

  for (std::string line; std::getline(std::cin, line);) {
    std::lock_guard lock(guard);
    to_all(socket, std::to_string(next++) + " " + line);
  }
  for (int i = 0; i < 3; ++i) {
    {
      std::lock_guard lock(guard);
      to_all(socket, "END " + std::to_string(next - 1));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  {
    std::lock_guard lock(guard);
    done = true;
  }
  finished.notify_all();
  sweeper.join();
  std::cout.flush();
  std::_Exit(0);  // the listening thread is in recvfrom and never ends
}

}  // namespace

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

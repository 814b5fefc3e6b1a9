// feed_client with a thread that renews and a thread that waits for signals, while the main thread receives.
#include <pthread.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>

#include "error.hpp"
#include "number.hpp"
#include "socket.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

std::mutex guard;
std::condition_variable changed;
bool welcomed = false;
Clock::time_point answered;

[[noreturn]] void quit(int status, const std::string& why = "") {
  std::cout.flush();
  if (!why.empty()) std::cerr << "feed_client: " << why << std::endl;
  std::_Exit(status);
}

void say(net::Socket& server, const char* word) {
  try {
    server.send(net::as_bytes(word));
  } catch (const std::system_error&) {
    std::lock_guard lock(guard);
    if (welcomed) quit(1, "Server gone");
  }
}

void renew(net::Socket& server, milliseconds lease) {
  auto give_up = Clock::now() + milliseconds(5000);
  std::unique_lock lock(guard);
  while (!welcomed) {
    if (Clock::now() >= give_up) quit(1, "nobody answers");
    lock.unlock();
    say(server, "JOIN");
    lock.lock();
    changed.wait_until(lock, std::min(give_up, Clock::now() + milliseconds(333)), [] { return welcomed; });
  }
  // Half a lease after each answer.
  for (auto next = answered + lease / 2;; next += lease / 2) {
    changed.wait_until(lock, next, [] { return false; });
    if (Clock::now() - answered >= lease) quit(1, "server gone");
    lock.unlock();
    say(server, "JOIN\n");
    lock.lock();
  }
}

void wait_for_signal(net::Socket& server, sigset_t signals) {
  int number = 0;
  sigwait(&signals, &number);
  say(server, "LEAVE\n");
  quit(0);
}

void take_line(unsigned long number, unsigned long& expected, std::deque<unsigned long>& seen,
               const std::string& line) {
  for (unsigned long old : seen)
    if (old == number) return;
  seen.push_back(number);
  if (seen.size() > 1500) seen.pop_front();
  if (number > expected) {
    std::cerr << "note: missed " << expected;
    if (number - 1 > expected) std::cerr << '-' << number - 1;
    std::cerr << std::endl;
  }
  expected = std::max(expected, number + 1);
  std::cout << line << std::endl;
}

void run(int argc, char** argv) {
  if (argc != 3 && !(argc == 5 && std::string(argv[3]) == "--lease"))
    throw net::UsageError("feed_client HOST PORT [--lease MS]");
  milliseconds lease(argc == 5 ? net::parse_number(argv[4], 1, 1'000'000'000, "MS") : 30'000);
  net::Address address = net::resolve(argv[1], net::parse_port(argv[2], 1), SOCK_DGRAM, net::Use::connect).front();
  static net::Socket server(address.family(), SOCK_DGRAM);
  server.connect(address);

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread(wait_for_signal, std::ref(server), signals).detach();
  std::thread(renew, std::ref(server), lease).detach();

  unsigned long expected = 0;
  std::deque<unsigned long> seen;
  std::array<std::byte, 70000> buffer;
  while (true) {
    std::string text;
    try {
      std::size_t n = server.recv(buffer);
      text.assign(reinterpret_cast<const char*>(buffer.data()), n);
    } catch (const std::system_error&) {
      std::lock_guard lock(guard);
      if (welcomed) quit(1, "server gone");
      continue;
    }
    if (text.starts_with("WELCOME ")) {
      std::lock_guard lock(guard);
      if (!welcomed) expected = std::strtoul(text.c_str() + 8, nullptr, 10);
      welcomed = true;
      answered = Clock::now();
      changed.notify_all();
    } else if (text.starts_with("END ")) {
      unsigned long last = std::strtoul(text.c_str() + 4, nullptr, 10);
      if (last == expected) std::cerr << "missed " << last << std::endl;
      if (last > expected) std::cerr << "missed " << expected << '-' << last << std::endl;
      say(server, "LEAVE");
      quit(0);
    } else if (std::size_t blank = text.find(' '); blank != std::string::npos) {
      take_line(std::strtoul(text.c_str(), nullptr, 10), expected, seen, text.substr(blank + 1));
    }
  }
}

}  // namespace

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

// One thread receives; the main thread sends and waits on a condition variable.
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include "deadline.hpp"
#include "error.hpp"
#include "socket.hpp"

static std::mutex mutex;
static std::condition_variable changed;
static std::string answer;
static bool answered = false;

static void receive(net::Socket* socket, const std::string start) {
  static std::byte buffer[65536];
  while (true) {
    try {
      std::size_t n = socket->recv(buffer);
      std::string text(reinterpret_cast<char*>(buffer), n);
      if (!text.starts_with(start)) continue;
      std::lock_guard lock(mutex);
      answer = text.substr(start.size());
      answered = true;
      changed.notify_all();
      return;
    } catch (const std::system_error&) {
      // refused: the next try may not be
    }
  }
}

static void run(int argc, char** argv) {
  if (argc != 6) throw net::UsageError("retry_client HOST PORT MESSAGE TRIES FIRST_WAIT_MS");
  auto address = net::resolve(argv[1], net::parse_port(argv[2], 1), SOCK_DGRAM, net::Use::connect).front();
  auto tries = net::parse_milliseconds(argv[4]).count();
  auto wait = net::parse_milliseconds(argv[5]);
  static net::Socket socket(address.family(), SOCK_DGRAM);
  socket.connect(address);
  char id[9];
  std::snprintf(id, sizeof id, "%08x", static_cast<unsigned>(std::random_device()()));
  std::string question = std::string(id) + " " + argv[3];
  std::thread(receive, &socket, "Echo: " + std::string(id) + " ").detach();
  std::unique_lock lock(mutex);
  for (int i = 0; i < tries && !answered; ++i, wait *= 2) {
    try {
      socket.send(net::as_bytes(question));
    } catch (const std::system_error&) {
      socket.send(net::as_bytes(question));
    }
    changed.wait_for(lock, wait, [] { return answered; });
  }
  if (!answered) throw std::runtime_error("no answer after " + std::to_string(tries) + " tries");
  std::printf("Echo: %s\n", answer.c_str());
}

int main(int argc, char** argv) {
  int status = net::run_main(argv[0], run, argc, argv);
  std::fflush(stdout);
  ::_exit(status);
}

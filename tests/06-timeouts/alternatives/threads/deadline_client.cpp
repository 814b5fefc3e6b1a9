// Blocking calls in threads of their own; the main thread waits for them no longer than it may and then leaves.
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "deadline.hpp"
#include "error.hpp"
#include "socket.hpp"

using std::chrono::steady_clock;

struct Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::string reply, trouble;
  bool done = false;
};

static void converse(net::Socket server, std::string message, std::shared_ptr<Shared> shared) {
  std::string trouble;
  try {
    server.send_all(net::as_bytes(message));
    server.shutdown_send();
    std::byte buffer[3000];
    while (std::size_t n = server.recv(buffer)) {
      std::lock_guard lock(shared->mutex);
      shared->reply.append(reinterpret_cast<char*>(buffer), n);
    }
  } catch (const std::exception& error) {
    trouble = error.what();
  }
  std::lock_guard lock(shared->mutex);
  shared->trouble = trouble;
  shared->done = true;
  shared->changed.notify_all();
}

static net::Socket connect_one(const net::Address& address, steady_clock::time_point end) {
  auto promise = std::make_shared<std::promise<net::Socket>>();
  auto connected = promise->get_future();
  std::thread([address, promise] {
    try {
      net::Socket s(address.family(), SOCK_STREAM);
      s.connect(address);
      promise->set_value(std::move(s));
    } catch (...) {
      promise->set_exception(std::current_exception());
    }
  }).detach();
  if (connected.wait_until(end) != std::future_status::ready)
    throw std::runtime_error("connect to " + address.text() + ": timed out");
  return connected.get();
}

static void run(int argc, char** argv) {
  auto start = steady_clock::now();
  if (argc != 6) throw net::UsageError("deadline_client HOST PORT MESSAGE CONNECT_MS TOTAL_MS");
  auto port = net::parse_port(argv[2], 1);
  auto connect_limit = net::parse_milliseconds(argv[4]), total = net::parse_milliseconds(argv[5]);
  auto end = start + total;
  std::string message = argv[3], reason;
  net::Socket server;
  for (const auto& address : net::resolve(argv[1], port, SOCK_STREAM, net::Use::connect)) {
    try {
      server = connect_one(address, std::min(end, steady_clock::now() + connect_limit));
      break;
    } catch (const std::exception& error) {
      reason = error.what();
    }
  }
  if (!server.is_open()) throw std::runtime_error(reason);

  auto shared = std::make_shared<Shared>();
  std::thread(converse, std::move(server), message, shared).detach();
  std::unique_lock lock(shared->mutex);
  bool in_time = shared->changed.wait_until(lock, end, [&] { return shared->done; });
  std::fwrite(shared->reply.data(), 1, shared->reply.size(), stdout);
  if (!in_time) throw std::runtime_error("timed out");
  if (!shared->trouble.empty()) throw std::runtime_error(shared->trouble);
  if (shared->reply.size() < message.size() + 6)
    throw std::runtime_error("reply ended after " + std::to_string(shared->reply.size()) + " of " +
                             std::to_string(message.size() + 6) + " bytes");
  std::puts("");
}

int main(int argc, char** argv) {
  int status = net::run_main(argv[0], run, argc, argv);
  std::fflush(stdout);
  ::_exit(status);  // a thread may still be waiting
}

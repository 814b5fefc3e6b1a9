// A thread for each connection, which waits with poll for what is left of the clock that runs.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>
#include <thread>

#include "deadline.hpp"
#include "error.hpp"
#include "socket.hpp"

using std::chrono::steady_clock;
static std::chrono::milliseconds limit;

struct Late {};
struct Gone {};

static void await(int fd, short events, steady_clock::time_point end) {
  while (true) {
    auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now()).count();
    pollfd ready{fd, events, 0};
    int n = ::poll(&ready, 1, left > 0 ? static_cast<int>(left) : 0);
    if (n > 0) return;
    if (n == 0) throw Late();
  }
}

// Receives exactly `count` bytes. The clock starts anew with the first byte if `first`.
static std::string take(int fd, std::size_t count, bool first, steady_clock::time_point& end) {
  std::string bytes(count, '\0');
  for (std::size_t got = 0; got < count;) {
    ssize_t n = ::recv(fd, bytes.data() + got, count - got, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) throw Gone();
    if (n < 0) await(fd, POLLIN, end);
    if (n > 0 && first && got == 0) end = steady_clock::now() + limit;
    if (n > 0) got += static_cast<std::size_t>(n);
    if (n > 0 && got < count && steady_clock::now() >= end) throw Late();
  }
  return bytes;
}

static void give(int fd, std::string_view bytes) {
  auto end = steady_clock::now() + limit;
  while (!bytes.empty()) {
    ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) throw Gone();
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
      end = steady_clock::now() + limit;
    } else {
      await(fd, POLLOUT, end);
    }
  }
}

static void serve(int fd) {
  try {
    while (true) {
      auto end = steady_clock::now() + limit;
      std::string header = take(fd, 4, true, end);
      std::size_t length = 0;
      for (char c : header) length = length * 256 + static_cast<unsigned char>(c);
      if (length > 1024 * 1024) {
        // Closed with bytes unread it would be reset, and answers under way might be lost.
        ::shutdown(fd, SHUT_WR);
        for (end = steady_clock::now() + limit;;) take(fd, 4096, false, end);
      }
      std::string answer = "0000Echo: " + take(fd, length, false, end);
      for (std::size_t i = 0; i < 4; ++i) answer[i] = static_cast<char>((answer.size() - 4) >> (24 - 8 * i));
      give(fd, answer);
    }
  } catch (const Late&) {
    std::fprintf(stderr, "descriptor %d: too slow\n", fd);
  } catch (const Gone&) {
  }
  ::close(fd);
}

static void run(int argc, char** argv) {
  std::signal(SIGTERM, [](int) { ::_exit(0); });
  if (argc != 4) throw net::UsageError("idle_server HOST PORT IDLE_MS");
  auto port = net::parse_port(argv[2], 0);
  limit = net::parse_milliseconds(argv[3]);
  net::Socket listener = net::listen_on(argv[1], port);
  std::printf("listening on %s\n", listener.local_address().text().c_str());
  std::fflush(stdout);
  while (true) {
    int fd = ::accept(listener.fd(), nullptr, nullptr);
    if (fd >= 0) std::thread(serve, fd).detach();
  }
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

// One thread reads the server, the main thread reads stdin.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>

#include "error.hpp"
#include "socket.hpp"

static std::mutex mutex;
static std::condition_variable changed;
static long owed = 0;
static bool input_ended = false;

[[noreturn]] static void server_ended(const char* how) {
  std::lock_guard lock(mutex);
  if (input_ended && owed == 0) std::_Exit(0);
  std::fprintf(stderr, "persistent_client: answers missing: %ld: %s\n", owed, how);
  std::_Exit(1);
}

static void read_exactly(int fd, char* into, std::size_t count) {
  while (count > 0) {
    ssize_t n = ::read(fd, into, count);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) server_ended("end of stream");
    if (n < 0) server_ended(std::strerror(errno));
    into += n;
    count -= static_cast<std::size_t>(n);
  }
}

static void print_answers(int fd) {
  while (true) {
    std::uint32_t length;
    read_exactly(fd, reinterpret_cast<char*>(&length), sizeof length);
    std::string answer(ntohl(length), '\0');
    read_exactly(fd, answer.data(), answer.size());
    std::cout.write(answer.data(), static_cast<std::streamsize>(answer.size())) << '\n' << std::flush;
    std::lock_guard lock(mutex);
    --owed;
    changed.notify_all();
  }
}

// False at the end of input.
static bool read_line(std::string& line) {
  line.clear();
  int c;
  while ((c = std::getc(stdin)) != EOF && c != '\n') {
    line += static_cast<char>(c);
    if (line.size() > 1'048'576) {
      std::fprintf(stderr, "persistent_client: a line: too long\n");
      std::_Exit(1);
    }
  }
  return c == '\n' || !line.empty();
}

static void run(int argc, char** argv) {
  if (argc != 3) throw net::UsageError("persistent_client HOST PORT");
  net::Socket server = net::connect_to(argv[1], net::parse_port(argv[2], 1));
  std::thread reader(print_answers, server.fd());
  reader.detach();
  std::string line;
  while (read_line(line)) {
    {
      std::lock_guard lock(mutex);
      ++owed;
    }
    std::uint32_t length = htonl(static_cast<std::uint32_t>(line.size()));
    std::string frame(reinterpret_cast<const char*>(&length), sizeof length);
    frame += line;
    try {
      server.send_all(net::as_bytes(frame));
    } catch (const std::system_error&) {
      ::pause();  // the other thread sees the end, and ends us
    }
  }
  std::unique_lock lock(mutex);
  input_ended = true;
  ::shutdown(server.fd(), SHUT_WR);
  changed.wait(lock, [] { return owed == 0; });
  std::_Exit(0);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

// getdelim on stdin and stdio on the socket; a thread prints.
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

#include "error.hpp"
#include "socket.hpp"

static std::mutex mutex;
static unsigned long sent = 0, printed = 0;
static bool all_sent = false;

static void exit_when_done() {
  if (all_sent && sent == printed) ::_exit(0);
}

static void print(int fd) {
  FILE* in = ::fdopen(fd, "r");
  static char payload[1 << 21];
  unsigned char header[4];
  while (std::fread(header, 4, 1, in) == 1) {
    std::size_t length = (static_cast<std::size_t>(header[0]) << 24) + (static_cast<std::size_t>(header[1]) << 16) +
                         (static_cast<std::size_t>(header[2]) << 8) + header[3];
    if (length > sizeof payload || (length > 0 && std::fread(payload, length, 1, in) != 1)) break;
    std::fwrite(payload, 1, length, stdout);
    std::putchar('\n');
    std::fflush(stdout);
    std::lock_guard lock(mutex);
    ++printed;
    exit_when_done();
  }
  std::lock_guard lock(mutex);
  exit_when_done();
  std::fprintf(stderr, "persistent_client: connection lost: %lu answers did not come\n", sent - printed);
  ::_exit(1);
}

static void run(int argc, char** argv) {
  if (argc != 3) throw net::UsageError("persistent_client HOST PORT");
  net::Socket server = net::connect_to(argv[1], net::parse_port(argv[2], 1));
  FILE* out = ::fdopen(::dup(server.fd()), "w");
  std::thread(print, ::dup(server.fd())).detach();
  char* line = nullptr;
  std::size_t room = 0;
  ssize_t length;
  while ((length = ::getdelim(&line, &room, '\n', stdin)) >= 0) {
    if (line[length - 1] == '\n') --length;
    if (length > 1 << 20) {
      std::fprintf(stderr, "persistent_client: input: line of %zd bytes\n", length);
      ::_exit(1);
    }
    {
      std::lock_guard lock(mutex);
      ++sent;
    }
    for (int shift : {24, 16, 8, 0}) std::fputc(static_cast<int>(length >> shift & 0xff), out);
    std::fwrite(line, 1, static_cast<std::size_t>(length), out);
    if (std::fflush(out) != 0) ::pause();  // the thread sees the end
  }
  std::unique_lock lock(mutex);
  all_sent = true;
  ::shutdown(server.fd(), SHUT_WR);
  exit_when_done();
  lock.unlock();
  ::pause();
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

// A child sends the lines, the parent prints the answers; they share two numbers.
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>

#include "error.hpp"
#include "socket.hpp"

struct Shared {
  std::atomic<long> asked{0};
  std::atomic<bool> all_asked{false};
};
static Shared* shared;

static void send_line(net::Socket& server, std::string_view line) {
  if (line.size() > 1'048'576) {
    std::fprintf(stderr, "persistent_client: stdin: a line is too long\n");
    ::_exit(1);
  }
  std::uint32_t length = htonl(static_cast<std::uint32_t>(line.size()));
  std::string frame(reinterpret_cast<const char*>(&length), 4);
  frame.append(line);
  ++shared->asked;
  server.send_all(net::as_bytes(frame));
}

[[noreturn]] static void send_lines(net::Socket& server) {
  std::string pending;
  std::array<char, 5000> buffer;
  try {
    while (true) {
      ssize_t n = ::read(0, buffer.data(), buffer.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) ::_exit(1);
      if (n == 0) break;
      pending.append(buffer.data(), static_cast<std::size_t>(n));
      std::size_t from = 0;
      for (std::size_t end; (end = pending.find('\n', from)) != std::string::npos; from = end + 1)
        send_line(server, std::string_view(pending).substr(from, end - from));
      pending.erase(0, from);
      if (pending.size() > 1'048'576) send_line(server, pending);
    }
    if (!pending.empty()) send_line(server, pending);
    shared->all_asked = true;
    server.shutdown_send();
  } catch (const std::system_error&) {
    ::pause();  // the parent will see why
  }
  ::_exit(0);
}

static void run(int argc, char** argv) {
  if (argc != 3) throw net::UsageError("persistent_client HOST PORT");
  net::Socket server = net::connect_to(argv[1], net::parse_port(argv[2], 1));
  shared = new (::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) Shared;
  int ends[2];
  if (::pipe(ends) != 0) net::throw_errno("pipe");
  pid_t child = ::fork();
  if (child < 0) net::throw_errno("fork");
  if (child == 0) {
    ::close(ends[0]);
    send_lines(server);
  }
  ::close(ends[1]);

  std::string in;
  long printed = 0;
  bool child_ended = false;
  while (!child_ended || printed < shared->asked) {
    pollfd fds[] = {{server.fd(), POLLIN, 0}, {child_ended ? -1 : ends[0], POLLIN, 0}};
    if (::poll(fds, 2, -1) < 0) continue;
    if (fds[1].revents != 0) {
      int status = 0;
      ::waitpid(child, &status, 0);
      child_ended = true;
      if (status != 0) ::_exit(1);
    }
    if (fds[0].revents == 0) continue;
    std::array<char, 30'000> buffer;
    ssize_t n = ::recv(server.fd(), buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      if (shared->all_asked && printed == shared->asked) break;
      std::string how = n == 0 ? "the server has gone" : std::strerror(errno);
      if (!child_ended) ::kill(child, SIGKILL);
      throw std::runtime_error(std::to_string(shared->asked - printed) + " missing: " + how);
    }
    in.append(buffer.data(), static_cast<std::size_t>(n));
    std::size_t from = 0;
    while (in.size() - from >= 4) {
      std::uint32_t length;
      std::memcpy(&length, in.data() + from, 4);
      length = ntohl(length);
      if (in.size() - from - 4 < length) break;
      std::fwrite(in.data() + from + 4, 1, length, stdout);
      std::fwrite("\n", 1, 1, stdout);
      std::fflush(stdout);
      from += 4 + length;
      ++printed;
    }
    in.erase(0, from);
  }
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

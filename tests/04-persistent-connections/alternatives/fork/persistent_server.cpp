// A process for each client.
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "error.hpp"
#include "socket.hpp"

static volatile sig_atomic_t stop = 0;
static std::set<pid_t> children;

static void on_signal(int number) {
  if (number != SIGCHLD) stop = 1;
}

// Gives how many bytes came before the end; asked to stop, it ends where it would wait.
static std::size_t read_up_to(int fd, unsigned char* into, std::size_t count) {
  std::size_t got = 0;
  while (got < count && !stop) {
    ssize_t n = ::read(fd, into + got, count - got);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    got += static_cast<std::size_t>(n);
  }
  return got;
}

// An answer that has begun is finished, also when we are to stop.
static bool write_all(int fd, const unsigned char* bytes, std::size_t count) {
  while (count > 0) {
    ssize_t n = ::write(fd, bytes, count);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes += n;
    count -= static_cast<std::size_t>(n);
  }
  return true;
}

static void serve(int fd) {
  std::vector<unsigned char> frame(64);
  while (!stop) {
    std::size_t got = read_up_to(fd, frame.data(), 4);
    if (got < 4) {
      if (got > 0) std::fprintf(stderr, "child %d: a cut header\n", ::getpid());
      return;
    }
    std::size_t length = (static_cast<std::size_t>(frame[0]) << 24) + (static_cast<std::size_t>(frame[1]) << 16) +
                         (static_cast<std::size_t>(frame[2]) << 8) + frame[3];
    if (length > 1024 * 1024) return;
    frame.resize(std::max<std::size_t>(64, length + 10));
    if (read_up_to(fd, frame.data() + 10, length) < length) {
      std::fprintf(stderr, "child %d: a cut frame\n", ::getpid());
      return;
    }
    std::size_t total = length + 6;
    for (int i = 0; i < 4; ++i) frame[static_cast<std::size_t>(i)] = static_cast<unsigned char>(total >> (24 - 8 * i));
    std::memcpy(frame.data() + 4, "Echo: ", 6);
    if (!write_all(fd, frame.data(), length + 10)) return;
  }
}

// To close with bytes unread is a reset, which may destroy what the client has not taken yet. When we are to stop, the
// parent ends this after its 2 seconds.
static void discard(int fd) {
  static char rest[64 * 1024];
  for (std::size_t left = 64 * 1024 * 1024; left > sizeof rest;) {
    ssize_t n = ::read(fd, rest, sizeof rest);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    left -= static_cast<std::size_t>(n);
  }
}

static void reap() {
  for (pid_t pid; (pid = ::waitpid(-1, nullptr, WNOHANG)) > 0;) children.erase(pid);
}

static void take_one(int listener) {
  int fd = ::accept(listener, nullptr, nullptr);
  if (fd < 0) {
    if (errno == EMFILE || errno == ENFILE) ::usleep(100'000);
    return;
  }
  pid_t pid = ::fork();
  if (pid == 0) {
    ::close(listener);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    serve(fd);
    ::shutdown(fd, SHUT_WR);
    discard(fd);
    ::_exit(0);
  }
  if (pid > 0) children.insert(pid);
  if (pid < 0) ::usleep(100'000);
  ::close(fd);
}

static void finish() {
  using namespace std::chrono;
  auto end = steady_clock::now() + seconds(2);
  while (!children.empty() && steady_clock::now() < end) {
    // Again and again: a child may just be between its look at `stop` and its read.
    for (pid_t pid : children) ::kill(pid, SIGTERM);
    ::usleep(20'000);
    reap();
  }
  for (pid_t pid : children) ::kill(pid, SIGKILL);
}

static void run(int argc, char** argv) {
  if (argc != 3) throw net::UsageError("persistent_server HOST PORT");
  net::Socket listener = net::listen_on(argv[1], net::parse_port(argv[2], 0));
  listener.set_nonblocking();
  sigset_t handled, during_wait;
  sigemptyset(&handled);
  for (int number : {SIGTERM, SIGINT, SIGCHLD}) sigaddset(&handled, number);
  sigprocmask(SIG_BLOCK, &handled, &during_wait);
  struct sigaction action = {};
  action.sa_handler = on_signal;
  for (int number : {SIGTERM, SIGINT, SIGCHLD}) sigaction(number, &action, nullptr);
  std::printf("listening on %s\n", listener.local_address().text().c_str());
  std::fflush(stdout);

  while (!stop) {
    pollfd ready{listener.fd(), POLLIN, 0};
    ::ppoll(&ready, 1, nullptr, &during_wait);
    reap();
    if (ready.revents != 0 && !stop) take_one(listener.fd());
  }
  listener.close();
  finish();
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

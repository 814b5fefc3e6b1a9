// A process for each connection, blocking calls, and an alarm that ends the process.
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>

#include "deadline.hpp"
#include "error.hpp"
#include "socket.hpp"

static itimerval limit{};

static void late(int) {
  const char text[] = "a child: its client was late\n";
  (void)!::write(2, text, sizeof text - 1);
  ::_exit(1);
}

static void start_clock() { ::setitimer(ITIMER_REAL, &limit, nullptr); }

static std::string take(int fd, std::size_t count, bool first) {
  std::string bytes(count, '\0');
  for (std::size_t got = 0; got < count;) {
    ssize_t n = ::read(fd, bytes.data() + got, count - got);
    if (n == 0 || (n < 0 && errno != EINTR)) ::_exit(0);
    if (n > 0 && first && got == 0) start_clock();
    if (n > 0) got += static_cast<std::size_t>(n);
  }
  return bytes;
}

[[noreturn]] static void serve(int fd) {
  std::signal(SIGALRM, late);
  std::signal(SIGTERM, SIG_DFL);
  while (true) {
    start_clock();
    std::string header = take(fd, 4, true), answer;
    std::size_t length = 0;
    for (char c : header) length = length * 256 + static_cast<unsigned char>(c);
    if (length > 1024 * 1024) {
      // Closed with bytes unread it would be reset, and answers under way might be lost.
      ::shutdown(fd, SHUT_WR);
      start_clock();
      while (true) take(fd, 4096, false);
    }
    answer = "0000Echo: " + take(fd, length, false);
    for (std::size_t i = 0; i < 4; ++i) answer[i] = static_cast<char>((answer.size() - 4) >> (24 - 8 * i));
    // In small pieces, so that each that goes can be seen to go.
    for (std::size_t sent = 0; sent < answer.size();) {
      start_clock();
      ssize_t n = ::write(fd, answer.data() + sent, std::min<std::size_t>(answer.size() - sent, 8192));
      if (n < 0 && errno != EINTR) ::_exit(0);
      if (n > 0) sent += static_cast<std::size_t>(n);
    }
  }
}

static void run(int argc, char** argv) {
  std::signal(SIGTERM, [](int) {
    std::signal(SIGTERM, SIG_IGN);
    ::kill(0, SIGTERM);
    ::_exit(0);
  });
  std::signal(SIGCHLD, SIG_IGN);
  if (argc != 4) throw net::UsageError("idle_server HOST PORT IDLE_MS");
  auto port = net::parse_port(argv[2], 0);
  long ms = net::parse_milliseconds(argv[3]).count();
  limit.it_value.tv_sec = ms / 1000;
  limit.it_value.tv_usec = ms % 1000 * 1000;
  net::Socket listener = net::listen_on(argv[1], port);
  std::printf("listening on %s\n", listener.local_address().text().c_str());
  std::fflush(stdout);
  while (true) {
    int fd = ::accept(listener.fd(), nullptr, nullptr);
    if (fd < 0) continue;
    if (::fork() == 0) {
      ::close(listener.fd());
      serve(fd);
    }
    ::close(fd);
  }
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

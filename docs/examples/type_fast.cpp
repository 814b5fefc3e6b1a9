// Waits for a line on stdin, but not for ever: the example of chapter 06. type_fast SECONDS
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

using Clock = std::chrono::steady_clock;

//! [wait]
// True when stdin has something to read, false when `end` has come.
static bool wait_until(Clock::time_point end) {
  while (true) {
    auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return false;
    pollfd ready{STDIN_FILENO, POLLIN, 0};
    int count = ::poll(&ready, 1, static_cast<int>(left));
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) std::exit(1);
  }
}
//! [wait]

//! [read]
static bool read_line(std::string& line, std::chrono::seconds limit) {
  const Clock::time_point end = Clock::now() + limit;  // once, before the loop
  while (wait_until(end)) {
    char c;
    ssize_t count = ::read(STDIN_FILENO, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || c == '\n') return true;
    line += c;
  }
  return false;
}
//! [read]

int main(int argc, char** argv) {
  std::string line;
  bool in_time = read_line(line, std::chrono::seconds(argc > 1 ? std::atoi(argv[1]) : 5));
  std::printf("%s: \"%s\"\n", in_time ? "you typed" : "too slow, there was only", line.c_str());
  return in_time ? 0 : 1;
}

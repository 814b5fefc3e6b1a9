// A connected socket with SO_RCVTIMEO, set anew to what is left before each recv; a refusal is passed over.
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "deadline.hpp"
#include "error.hpp"
#include "socket.hpp"

using std::chrono::steady_clock;

static bool wait_for_answer(int fd, steady_clock::time_point end, const std::string& start, std::string& answer) {
  char buffer[65536];
  while (true) {
    auto left = std::chrono::ceil<std::chrono::microseconds>(end - steady_clock::now()).count();
    if (left <= 0) return false;
    timeval value{static_cast<time_t>(left / 1'000'000), static_cast<suseconds_t>(left % 1'000'000)};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
    ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
    if (n < 0) continue;  // time over, a signal, a refusal: the clock decides
    std::string text(buffer, static_cast<std::size_t>(n));
    if (text.compare(0, start.size(), start) != 0) continue;
    answer = text.substr(start.size());
    return true;
  }
}

static void run(int argc, char** argv) {
  if (argc != 6) throw net::UsageError("retry_client HOST PORT MESSAGE TRIES FIRST_WAIT_MS");
  auto address = net::resolve(argv[1], net::parse_port(argv[2], 1), SOCK_DGRAM, net::Use::connect).front();
  auto tries = net::parse_milliseconds(argv[4]).count();
  auto wait = net::parse_milliseconds(argv[5]);
  net::Socket s(address.family(), SOCK_DGRAM);
  s.connect(address);
  FILE* random = std::fopen("/dev/urandom", "rb");
  unsigned number = 0;
  if (!random || std::fread(&number, sizeof number, 1, random) != 1) throw std::runtime_error("no random numbers");
  std::fclose(random);
  char id[16];
  std::snprintf(id, sizeof id, "%08X", number);
  std::string question = std::string(id) + " " + argv[3], answer;
  for (int i = 0; i < tries; ++i, wait *= 2) {
    // A refusal of the try before may be told by this send, which then has not taken place; nor has an interrupted one.
    while (::send(s.fd(), question.data(), question.size(), 0) < 0 && (errno == ECONNREFUSED || errno == EINTR)) {
    }
    if (wait_for_answer(s.fd(), steady_clock::now() + wait, "Echo: " + std::string(id) + " ", answer)) {
      std::fwrite("Echo: ", 1, 6, stdout);
      std::fwrite(answer.data(), 1, answer.size(), stdout);
      std::fputc('\n', stdout);
      return;
    }
    std::fprintf(stderr, "try %d was not answered\n", i + 1);
  }
  throw std::runtime_error("no answer after " + std::to_string(tries) + " tries");
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

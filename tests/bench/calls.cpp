// Sends and receives a byte, again and again, and prints how many nanoseconds a call takes.
#include <sys/socket.h>

#include <chrono>
#include <cstdio>

int main() {
  constexpr int rounds = 200'000;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
  char c = 'x';
  auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i)
    if (::send(ends[0], &c, 1, 0) != 1 || ::recv(ends[1], &c, 1, 0) != 1) return 1;
  std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  std::printf("%.1f\n", took.count() / (2.0 * rounds));
}

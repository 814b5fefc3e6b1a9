// Sends and receives a byte, again and again, and prints how many nanoseconds of processor time a call takes: on a busy
// machine that says more than the time that passes.
#include <sys/socket.h>

#include <cstdio>
#include <ctime>

int main() {
  constexpr int rounds = 200'000;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
  char c = 'x';
  std::clock_t start = std::clock();
  for (int i = 0; i < rounds; ++i)
    if (::send(ends[0], &c, 1, 0) != 1 || ::recv(ends[1], &c, 1, 0) != 1) return 1;
  double nanoseconds = static_cast<double>(std::clock() - start) * (1e9 / CLOCKS_PER_SEC);
  std::printf("%.1f\n", nanoseconds / (2.0 * rounds));
}

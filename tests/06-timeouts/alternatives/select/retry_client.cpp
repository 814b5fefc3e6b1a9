// A new socket for each try, and select over all of them, so that an answer to any try is heard.
#include <netdb.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

static long long now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static long number(const char* text, long lowest, long highest) {
  char* end;
  long value = strtol(text, &end, 10);
  if (*text < '0' || *text > '9' || *end != '\0' || value < lowest || value > highest) {
    fprintf(stderr, "usage: retry_client HOST PORT MESSAGE TRIES FIRST_WAIT_MS\n");
    exit(2);
  }
  return value;
}

int main(int argc, char** argv) {
  if (argc != 6) number("", 1, 0);
  number(argv[2], 1, 65535);
  long tries = number(argv[4], 1, 30);
  long long wait = number(argv[5], 1, 1000000000) * 1000LL;
  addrinfo hints{}, *address = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  if (int failed = getaddrinfo(argv[1], argv[2], &hints, &address); failed != 0) {
    fprintf(stderr, "retry_client: %s: %s\n", argv[1], gai_strerror(failed));
    return 1;
  }
  unsigned random;
  if (getrandom(&random, sizeof random, 0) != sizeof random) return 1;
  char id[9];
  snprintf(id, sizeof id, "%08x", random);
  std::string question = std::string(id) + " " + argv[3], start = "Echo: " + std::string(id) + " ";
  std::vector<int> sockets;
  for (long i = 0; i < tries; ++i, wait *= 2) {
    int fd = socket(address->ai_family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    sockets.push_back(fd);
    connect(fd, address->ai_addr, address->ai_addrlen);
    send(fd, question.data(), question.size(), 0);
    for (long long end = now() + wait, left = wait; left > 0; left = end - now()) {
      fd_set ready;
      FD_ZERO(&ready);
      for (int s : sockets) FD_SET(s, &ready);
      timeval time{static_cast<time_t>(left / 1000000), static_cast<suseconds_t>(left % 1000000)};
      if (select(sockets.back() + 1, &ready, nullptr, nullptr, &time) <= 0) continue;
      for (int s : sockets) {
        static char buffer[65536];
        ssize_t n = recv(s, buffer, sizeof buffer, 0);
        if (n < static_cast<ssize_t>(start.size()) || memcmp(buffer, start.data(), start.size()) != 0) continue;
        fputs("Echo: ", stdout);
        fwrite(buffer + start.size(), 1, static_cast<size_t>(n) - start.size(), stdout);
        putchar('\n');
        freeaddrinfo(address);
        return 0;
      }
    }
  }
  freeaddrinfo(address);
  fprintf(stderr, "retry_client: no answer after %ld tries\n", tries);
  return 1;
}

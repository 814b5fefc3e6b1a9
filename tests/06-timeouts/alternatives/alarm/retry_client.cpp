// SIGIO tells of datagrams, and sigtimedwait waits for it.
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

static long long now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
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
  long long wait = number(argv[5], 1, 1000000000) * 1000000LL;
  addrinfo hints{}, *address = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  if (int failed = getaddrinfo(argv[1], argv[2], &hints, &address); failed != 0) {
    fprintf(stderr, "retry_client: %s: %s\n", argv[1], gai_strerror(failed));
    return 1;
  }
  sigset_t io;
  sigemptyset(&io);
  sigaddset(&io, SIGIO);
  sigprocmask(SIG_BLOCK, &io, nullptr);
  int fd = socket(address->ai_family, SOCK_DGRAM, 0);
  fcntl(fd, F_SETOWN, getpid());
  fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC);

  unsigned random;
  if (getrandom(&random, sizeof random, 0) != sizeof random) return 1;
  char id[9];
  snprintf(id, sizeof id, "%08x", random);
  std::string question = std::string(id) + " " + argv[3], start = "Echo: " + std::string(id) + " ";
  for (long i = 0; i < tries; ++i, wait *= 2) {
    sendto(fd, question.data(), question.size(), 0, address->ai_addr, address->ai_addrlen);
    for (long long end = now() + wait, left = wait; left > 0; left = end - now()) {
      timespec time{static_cast<time_t>(left / 1000000000), static_cast<long>(left % 1000000000)};
      siginfo_t info;
      sigtimedwait(&io, &info, &time);
      static char buffer[65536];
      sockaddr_storage from{};
      socklen_t length = sizeof from;
      for (ssize_t n; (n = recvfrom(fd, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&from), &length)) >= 0;
           length = sizeof from) {
        if (length != address->ai_addrlen || memcmp(&from, address->ai_addr, length) != 0) continue;
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

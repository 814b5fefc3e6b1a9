// feed_client on plain system calls: the socket is not connected, so it looks at the sender itself, and it asks to be
// told refusals (IP_RECVERR). Signals come through a signalfd.
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bitset>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

namespace {

constexpr std::size_t window = 2048;

long long now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000LL + time.tv_nsec / 1'000'000;
}

int usage() {
  std::fputs("usage: feed_client HOST PORT [--lease MS]\n", stderr);
  return 2;
}

bool number(const char* text, long lowest, long highest, long& value) {
  std::string digits = text;
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos || digits.size() > 10) return false;
  value = std::atol(text);
  return value >= lowest && value <= highest;
}

// A ring of bits: which of the last numbers have come.
struct Seen {
  std::bitset<window> bits;
  unsigned long next = 0;  // all numbers from here on are new

  bool add(unsigned long n) {
    if (n + window <= next) return false;
    while (next <= n) bits[next++ % window] = false;
    if (bits[n % window]) return false;
    bits[n % window] = true;
    return true;
  }
};

void missed(unsigned long from, unsigned long to) {
  if (from > to) return;
  std::string text = "missed " + std::to_string(from) + (to > from ? "-" + std::to_string(to) : "") + "\n";
  (void)!write(2, text.data(), text.size());
}

}  // namespace

int main(int argc, char** argv) {
  long port = 0, lease = 30'000;
  if (argc != 3 && argc != 5) return usage();
  if (!number(argv[2], 1, 65535, port)) return usage();
  if (argc == 5 && (std::strcmp(argv[3], "--lease") != 0 || !number(argv[4], 1, 2'000'000'000, lease))) return usage();
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  if (int error = getaddrinfo(argv[1], argv[2], &hints, &found)) {
    std::fprintf(stderr, "feed_client: %s: %s\n", argv[1], gai_strerror(error));
    return 1;
  }
  sockaddr_storage server{};
  socklen_t server_length = found->ai_addrlen;
  std::memcpy(&server, found->ai_addr, server_length);
  freeaddrinfo(found);
  int fd = socket(server.ss_family, SOCK_DGRAM, 0), on = 1;
  if (server.ss_family == AF_INET)
    setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
  else
    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
  auto say = [&](const char* word) {
    // The first call may only tell what became of an earlier one.
    for (int i = 0; i < 2; ++i)
      if (sendto(fd, word, std::strlen(word), 0, reinterpret_cast<sockaddr*>(&server), server_length) >= 0) break;
  };
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  int stop = signalfd(-1, &signals, 0);

  bool welcomed = false;
  unsigned long expected = 0;
  Seen seen;
  long long give_up = now() + 5000, next_join = 0;
  long long unanswered = 0;  // since when a renewal waits for its answer
  std::string buffer(65536, '\0');
  auto gone = [] {
    std::fputs("feed_client: server gone\n", stderr);
    return 1;
  };
  while (true) {
    long long time = now();
    if (!welcomed && time >= give_up) {
      std::fputs("feed_client: no welcome: timed out\n", stderr);
      return 1;
    }
    if (welcomed && unanswered != 0 && time >= unanswered + lease) return gone();
    if (time >= next_join) {
      say("JOIN");
      next_join = now() + (welcomed ? std::max(1L, lease / 2) : 250);
      if (welcomed && unanswered == 0) unanswered = now();
    }
    long long until = std::min(next_join, welcomed ? (unanswered != 0 ? unanswered + lease : next_join) : give_up);
    pollfd ready[] = {{fd, POLLIN, 0}, {stop, POLLIN, 0}};
    poll(ready, 2, static_cast<int>(std::max(0LL, until - now() + 1)));
    if (ready[1].revents != 0) break;
    if ((ready[0].revents & POLLERR) != 0) {
      char notes[512];
      msghdr message{};
      message.msg_control = notes;
      message.msg_controllen = sizeof notes;
      recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
      int error = 0;
      socklen_t length = sizeof error;
      getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
      if (welcomed) return gone();
      continue;
    }
    if ((ready[0].revents & POLLIN) == 0) continue;
    sockaddr_storage from{};
    socklen_t length = sizeof from;
    ssize_t n = recvfrom(fd, buffer.data(), buffer.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &length);
    if (n < 0) {
      if (errno == ECONNREFUSED && welcomed) return gone();
      continue;
    }
    if (length != server_length || std::memcmp(&from, &server, length) != 0) continue;
    std::string text = buffer.substr(0, static_cast<std::size_t>(n));
    if (text.rfind("WELCOME ", 0) == 0) {
      if (!welcomed) {
        expected = std::strtoul(text.c_str() + 8, nullptr, 10);
        seen.next = expected > 0 ? expected : 0;
        next_join = now() + lease / 2;
      }
      welcomed = true;
      unanswered = 0;
    } else if (text.rfind("END ", 0) == 0) {
      unsigned long last = std::strtoul(text.c_str() + 4, nullptr, 10);
      missed(expected, last);
      break;
    } else if (std::size_t blank = text.find(' '); blank != std::string::npos && welcomed) {
      unsigned long got = std::strtoul(text.c_str(), nullptr, 10);
      if (!seen.add(got)) continue;
      if (got > expected) missed(expected, got - 1);
      expected = std::max(expected, got + 1);
      text = text.substr(blank + 1) + "\n";
      (void)!write(1, text.data(), text.size());
    }
  }
  say("LEAVE");
  return 0;
}

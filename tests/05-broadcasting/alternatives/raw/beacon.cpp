// beacon on plain system calls: a connected socket that sends again what a refusal kept back, a timetable
// (clock_nanosleep) instead of waits, the interface by its number (ip_mreqn), the TTL as an int.
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

namespace {

int usage() {
  std::fputs("usage: beacon HOST PORT [--interface ADDRESS] MESSAGE [COUNT [INTERVAL_MS]]\n", stderr);
  return 2;
}

int fail(const char* what) {
  std::fprintf(stderr, "beacon: %s: %s\n", what, std::strerror(errno));
  return 1;
}

bool number(const std::string& text, long lowest, long highest, long& value) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos || text.size() > 10) return false;
  value = std::atol(text.c_str());
  return value >= lowest && value <= highest;
}

int interface_of(const char* address) {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return 0;
  int index = 0;
  for (ifaddrs* i = list; i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || i->ifa_addr->sa_family != AF_INET) continue;
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in*>(i->ifa_addr)->sin_addr, text, sizeof text);
    if (std::strcmp(text, address) == 0) index = static_cast<int>(if_nametoindex(i->ifa_name));
  }
  freeifaddrs(list);
  return index;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> rest(argv + 1, argv + argc);
  std::string interface;
  if (rest.size() > 4 && rest[2] == "--interface") {
    interface = rest[3];
    rest.erase(rest.begin() + 2, rest.begin() + 4);
  }
  long port = 0, count = 1, interval = 1000;
  if (rest.size() < 3 || rest.size() > 5 || !number(rest[1], 1, 65535, port)) return usage();
  if (rest.size() > 3 && !number(rest[3], 0, 2'000'000'000, count)) return usage();
  if (rest.size() > 4 && !number(rest[4], 0, 2'000'000'000, interval)) return usage();

  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  if (int error = getaddrinfo(rest[0].c_str(), rest[1].c_str(), &hints, &found)) {
    std::fprintf(stderr, "beacon: %s: %s\n", rest[0].c_str(), gai_strerror(error));
    return 1;
  }
  int fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);
  if (fd < 0) return fail("socket");
  int on = 1;
  if (setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) < 0) return fail("SO_BROADCAST");
  if (found->ai_family == AF_INET) {
    int ttl = 1;
    if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl) < 0) return fail("IP_MULTICAST_TTL");
    ip_mreqn by{};
    by.imr_ifindex = interface.empty() ? 0 : interface_of(interface.c_str());
    if (!interface.empty() && setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by) < 0)
      return fail("IP_MULTICAST_IF");
  }
  if (connect(fd, found->ai_addr, found->ai_addrlen) < 0) return fail("connect");
  freeaddrinfo(found);

  timespec next;
  clock_gettime(CLOCK_MONOTONIC, &next);
  for (long i = 0; i < count; ++i) {
    while (i > 0 && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, nullptr) == EINTR) {
    }
    while (write(fd, rest[2].data(), rest[2].size()) < 0)
      if (errno != ECONNREFUSED && errno != EINTR) return fail("write");
    next.tv_sec += interval / 1000;
    next.tv_nsec += interval % 1000 * 1'000'000;
    if (next.tv_nsec >= 1'000'000'000) {
      next.tv_nsec -= 1'000'000'000;
      ++next.tv_sec;
    }
  }
  close(fd);
  return 0;
}

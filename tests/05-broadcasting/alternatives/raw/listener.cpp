// listener on plain system calls: bound to 0.0.0.0 with IP_MULTICAST_ALL off, SO_REUSEPORT beside SO_REUSEADDR, signals
// without SA_RESTART that make recvmsg fail with EINTR while they are let in (ppoll).
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

volatile sig_atomic_t stopped = 0;

int usage() {
  std::fputs("usage: listener HOST PORT [--interface ADDRESS] [COUNT]\n", stderr);
  return 2;
}

int fail(const char* what) {
  std::fprintf(stderr, "listener: %s: %s\n", what, std::strerror(errno));
  return 1;
}

bool number(const std::string& text, long highest, long& value) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos || text.size() > 10) return false;
  value = std::atol(text.c_str());
  return value <= highest;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> rest(argv + 1, argv + argc);
  in_addr interface {};
  if (rest.size() >= 4 && rest[2] == "--interface") {
    if (inet_pton(AF_INET, rest[3].c_str(), &interface) != 1) return usage();
    rest.erase(rest.begin() + 2, rest.begin() + 4);
  }
  long port = 0, count = -1;
  if (rest.size() < 2 || rest.size() > 3 || !number(rest[1], 65535, port)) return usage();
  if (rest.size() == 3 && !number(rest[2], 2'000'000'000, count)) return usage();

  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_PASSIVE;
  if (int error = getaddrinfo(rest[0].c_str(), rest[1].c_str(), &hints, &found)) {
    std::fprintf(stderr, "listener: %s: %s\n", rest[0].c_str(), gai_strerror(error));
    return 1;
  }
  struct sigaction action {};
  action.sa_handler = [](int) { stopped = 1; };
  sigset_t blocked, before;
  sigemptyset(&blocked);
  for (int signal : {SIGINT, SIGTERM}) {
    sigaction(signal, &action, nullptr);
    sigaddset(&blocked, signal);
  }
  sigprocmask(SIG_BLOCK, &blocked, &before);

  int fd = socket(found->ai_family, SOCK_DGRAM, 0);
  if (fd < 0) return fail("socket");
  int on = 1, off = 0;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  auto* in = reinterpret_cast<sockaddr_in*>(found->ai_addr);
  if (found->ai_family == AF_INET && IN_MULTICAST(ntohl(in->sin_addr.s_addr))) {
    ip_mreqn group{in->sin_addr, interface, 0};
    if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) < 0) return fail("IP_ADD_MEMBERSHIP");
    if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof off) < 0) return fail("IP_MULTICAST_ALL");
    in->sin_addr.s_addr = INADDR_ANY;
  }
  bool bound = bind(fd, found->ai_addr, found->ai_addrlen) == 0;
  int why = errno;
  freeaddrinfo(found);
  errno = why;
  if (!bound) return fail("bind");

  std::vector<char> buffer(65536);
  while (count != 0) {
    pollfd ready{fd, POLLIN, 0};
    int n = ppoll(&ready, 1, nullptr, &before);
    if (stopped) break;
    if (n <= 0) continue;
    sockaddr_storage from;
    socklen_t length = sizeof from;
    ssize_t got = recvfrom(fd, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (got < 0) continue;
    char host[NI_MAXHOST], service[NI_MAXSERV];
    getnameinfo(reinterpret_cast<sockaddr*>(&from), length, host, sizeof host, service, sizeof service,
                NI_NUMERICHOST | NI_NUMERICSERV);
    std::string start = from.ss_family == AF_INET6 ? "[" + std::string(host) + "]" : host;
    start += ":" + std::string(service) + " ";
    iovec parts[] = {
        {start.data(), start.size()}, {buffer.data(), static_cast<std::size_t>(got)}, {const_cast<char*>("\n"), 1}};
    if (writev(1, parts, 3) < 0) return fail("write");  // a pipe takes this whole, or waits
    if (count > 0) --count;
  }
  return 0;
}

#include "sockets.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <span>

std::pair<net::Socket, net::Socket> connected_pair() {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  return {net::Socket(ends[0]), net::Socket(ends[1])};
}

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

std::string recv_text(net::Socket& socket, std::size_t most) {
  std::string text(most, '\0');
  text.resize(socket.recv(std::as_writable_bytes(std::span(text))));
  return text;
}

bool have_ipv6() {
  net::Socket probe(::socket(AF_INET6, SOCK_STREAM, 0));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  return probe.is_open() && ::bind(probe.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

namespace {

std::atomic<int> arrived;
struct sigaction before;

// The field after the program's name in parentheses (proc(5)).
char state_of(pid_t id) {
  std::ifstream file("/proc/self/task/" + std::to_string(id) + "/stat");
  std::string line;
  std::getline(file, line);
  std::size_t name_end = line.rfind(") ");
  return name_end == std::string::npos ? '?' : line[name_end + 2];
}

}  // namespace

Interruptions::Interruptions() {
  arrived = 0;
  struct sigaction action {};
  action.sa_handler = [](int) { ++arrived; };  // without SA_RESTART: calls fail with EINTR
  ::sigaction(SIGUSR1, &action, &before);
}

Interruptions::~Interruptions() { ::sigaction(SIGUSR1, &before, nullptr); }

int Interruptions::count() { return arrived; }

void Interruptions::interrupt(pid_t id) {
  int earlier = arrived;
  while (state_of(id) != 'S') ::sched_yield();
  ::syscall(SYS_tgkill, ::getpid(), id, SIGUSR1);
  while (arrived == earlier) ::sched_yield();
}

// A program that makes socket calls, or does what no program should, as its argument says. It is its own peer.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

char* self = nullptr;

void must(bool good, const char* what) {
  if (good) return;
  std::printf("%s failed: %s\n", what, std::strerror(errno));
  std::exit(1);
}

// A conversation over TCP with itself: server, client, connection.
int converse() {
  int server = ::socket(AF_INET, SOCK_STREAM, 0), on = 1;
  must(::setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0, "setsockopt");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  must(::bind(server, reinterpret_cast<sockaddr*>(&address), length) == 0, "bind");
  must(::listen(server, 5) == 0, "listen");
  must(::getsockname(server, reinterpret_cast<sockaddr*>(&address), &length) == 0, "getsockname");
  int client = ::socket(AF_INET, SOCK_STREAM, 0);
  must(::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
  int connection;
  while ((connection = ::accept(server, nullptr, nullptr)) < 0) must(errno == EINTR || errno == ECONNABORTED, "accept");
  std::string sent, got;
  const std::string text = "hello, world";
  while (sent.size() < text.size()) {
    ssize_t n = ::send(client, text.data() + sent.size(), text.size() - sent.size(), 0);
    must(n > 0 || errno == EINTR, "send");
    if (n > 0) sent = text.substr(0, sent.size() + static_cast<std::size_t>(n));
  }
  while (got.size() < text.size()) {
    pollfd ready{connection, POLLIN, 0};
    if (::poll(&ready, 1, 2000) < 0) must(errno == EINTR, "poll");
    char buffer[64];
    // Both ways of receiving, which a fortified program makes by other names.
    volatile std::size_t room = sizeof buffer;
    ssize_t n = got.size() % 2 == 0 ? ::recv(connection, buffer, room, 0) : ::read(connection, buffer, room);
    must(n > 0 || errno == EINTR, "recv");
    if (n > 0) got.append(buffer, static_cast<std::size_t>(n));
  }
  iovec parts[2] = {{got.data(), 5}, {got.data() + 5, 7}};
  must(::writev(connection, parts, 2) > 0 || errno == EINTR, "writev");
  ::shutdown(client, SHUT_WR);
  ::close(connection);
  ::close(client);
  must(::close(server) == 0, "close");
  std::printf("%s\n", got.c_str());
  return got == text ? 0 : 1;
}

// An empty datagram to itself, over a connected socket: both ways of sending, all ways of receiving one.
int empty_datagrams() {
  int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  must(::bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0, "bind");
  must(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0, "getsockname");
  must(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
  char buffer[8];
  volatile std::size_t room = sizeof buffer;
  for (int way = 0; way < 4; ++way) {
    must((way % 2 == 0 ? ::send(fd, buffer, 0, 0) : ::write(fd, buffer, 0)) == 0, "send");
    iovec part{buffer, sizeof buffer};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    must((way == 0   ? ::recv(fd, buffer, room, 0)
          : way == 1 ? ::read(fd, buffer, room)
          : way == 2 ? ::recvfrom(fd, buffer, room, 0, nullptr, nullptr)
                     : ::recvmsg(fd, &message, 0)) == 0,
         "receive");
  }
  return ::close(fd);
}

int pairs(int rounds) {
  int ends[2];
  must(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
  char c = 'x';
  for (int i = 0; i < rounds; ++i) must(::send(ends[0], &c, 1, 0) == 1 && ::recv(ends[1], &c, 1, 0) == 1, "a pair");
  ::close(ends[0]);
  ::close(ends[1]);
  return 0;
}

int threads() {
  std::vector<std::thread> all;
  for (int i = 0; i < 4; ++i) all.emplace_back([] { pairs(3000); });
  for (std::thread& one : all) one.join();
  return converse();
}

int forks(int count) {
  for (int i = 0; i < count; ++i) {
    pid_t pid = ::fork();
    if (pid == 0) ::_exit(pairs(2));
    if (i % 8 == 7)
      while (::wait(nullptr) > 0) {
      }
  }
  while (::wait(nullptr) > 0) {
  }
  return converse();
}

int through_stdio() {
  int ends[2];
  must(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
  std::FILE* out = ::fdopen(ends[0], "w");
  std::FILE* in = ::fdopen(ends[1], "r");
  std::fputs("line\n", out);
  std::fclose(out);
  char line[16] = "";
  must(std::fgets(line, sizeof line, in) != nullptr, "fgets");
  std::fclose(in);
  std::printf("%s", line);
  return 0;
}

// Asks how long the next datagram is, without room for any of it; then takes it, with room for some of it.
int look_ahead() {
  int ends[2];
  must(::socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0, "socketpair");
  const std::string text(100, 'x');
  must(::send(ends[0], text.data(), text.size(), 0) == 100, "send");
  must(::recv(ends[1], nullptr, 0, MSG_PEEK | MSG_TRUNC) == 100, "to look ahead");
  std::vector<char> few(2);
  must(::recv(ends[1], few.data(), few.size(), MSG_TRUNC) == 100, "to take some of it");
  return 0;
}

// Writes over everything that the recorder shares with the harness.
int scribble() {
  std::FILE* maps = std::fopen("/proc/self/maps", "r");
  char line[512];
  while (maps && std::fgets(line, sizeof line, maps)) {
    unsigned long from, to;
    if (!std::strstr(line, "flight-record") || std::strstr(line, ".so") ||
        std::sscanf(line, "%lx-%lx rw-s", &from, &to) != 2)
      continue;
    for (volatile unsigned char* at = reinterpret_cast<unsigned char*>(from);
         at != reinterpret_cast<unsigned char*>(to); ++at)
      *at = static_cast<unsigned char>((reinterpret_cast<unsigned long>(at) * 2654435761U) >> 13);
  }
  if (maps) std::fclose(maps);
  return converse();
}

int again() {
  char* arguments[] = {self, const_cast<char*>("converse"), nullptr};
  char* nothing[] = {nullptr};
  ::execve("/proc/self/exe", arguments, nothing);
  return 1;
}

int race() {
  static int shared = 0;
  std::thread one([] {
    for (int i = 0; i < 1000; ++i) ++shared;
  });
  for (int i = 0; i < 1000; ++i) ++shared;
  one.join();
  return converse();
}

}  // namespace

int main(int, char** argv) {
  self = argv[0];
  std::string what = argv[1];
  if (what == "converse") return converse();
  if (what == "empty-datagrams") return empty_datagrams();
  if (what == "threads") return threads();
  if (what == "forks") return forks(24);
  if (what == "forks-a-lot") return forks(400);
  if (what == "stdio") return through_stdio();
  if (what == "looks-ahead") return look_ahead();
  if (what == "scribbles") return scribble();
  if (what == "closes-everything") return ::syscall(SYS_close_range, 3U, ~0U, 0U), converse();
  if (what == "executes-itself") return again();
  if (what == "races") return race();
  if (what == "overflows") return std::vector<char>(8).data()[8 + ::getpid() % 2] == 77;
  if (what == "leaks") return static_cast<volatile char*>(std::malloc(100))[0] = 1, 0;
  if (what == "nothing") return 0;
  return 2;
}

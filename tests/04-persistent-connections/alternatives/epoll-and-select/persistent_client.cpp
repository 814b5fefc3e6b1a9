// select, for the two descriptors of a client; nothing of common/.
#include <fcntl.h>
#include <netdb.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "persistent_client: %s\n", what.c_str());
  std::exit(1);
}

// 0 or what went wrong. A connect that was interrupted goes on in the background; making it again would fail.
int try_connect(int fd, const addrinfo* a) {
  if (::connect(fd, a->ai_addr, a->ai_addrlen) == 0) return 0;
  if (errno != EINTR) return errno;
  fd_set connected;
  do {
    FD_ZERO(&connected);
    FD_SET(fd, &connected);
  } while (::select(fd + 1, nullptr, &connected, nullptr, nullptr) < 0 && errno == EINTR);
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

int connect_to(const char* host, const char* port) {
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (int rc = ::getaddrinfo(host, port, &hints, &list); rc != 0) fail(std::string("getaddrinfo: ") + gai_strerror(rc));
  int error = 0;
  for (addrinfo* a = list; a; a = a->ai_next) {
    int fd = ::socket(a->ai_family, SOCK_STREAM, 0);
    error = fd < 0 ? errno : try_connect(fd, a);
    if (error == 0) {
      ::freeaddrinfo(list);
      return fd;
    }
    if (fd >= 0) ::close(fd);
  }
  ::freeaddrinfo(list);
  fail(std::string("connect: ") + std::strerror(error));
}

void print_all(const char* bytes, std::size_t count) {
  while (count > 0) {
    ssize_t n = ::write(1, bytes, count);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail(std::string("stdout: ") + std::strerror(errno));
    bytes += n;
    count -= static_cast<std::size_t>(n);
  }
}

}  // namespace

int main(int argc, char** argv) {
  char* end = nullptr;
  long port = argc == 3 && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : -1;
  if (port < 1 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: persistent_client HOST PORT\n");
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  int fd = connect_to(argv[1], argv[2]);
  ::fcntl(fd, F_SETFL, O_NONBLOCK);

  std::string typed, out, in;
  long missing = 0;
  bool input_over = false, half_closed = false, deaf = false;
  while (!(input_over && missing == 0)) {
    fd_set readable, writable;
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    if (!input_over && !deaf && out.size() < 100'000) FD_SET(0, &readable);
    FD_SET(fd, &readable);
    if (!out.empty()) FD_SET(fd, &writable);
    if (::select(fd + 1, &readable, &writable, nullptr, nullptr) < 0) continue;

    char buffer[32768];
    if (FD_ISSET(0, &readable)) {
      ssize_t n = ::read(0, buffer, sizeof buffer);
      if (n < 0) fail(std::string("stdin: ") + std::strerror(errno));
      if (n == 0) input_over = true;
      typed.append(buffer, static_cast<std::size_t>(n));
      std::size_t from = 0;
      while (from < typed.size()) {
        std::size_t newline = typed.find('\n', from);
        if (newline == std::string::npos && !input_over && typed.size() - from <= 1048576) break;
        std::size_t length = std::min(newline, typed.size()) - from;
        if (length > 1048576) fail("stdin: line too long");
        for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(length >> shift);
        out.append(typed, from, length);
        ++missing;
        from += length + 1;
      }
      typed.erase(0, std::min(from, typed.size()));
    }
    if (!out.empty()) {
      ssize_t n = ::send(fd, out.data(), out.size(), 0);
      if (n > 0) out.erase(0, static_cast<std::size_t>(n));
      if (n < 0 && errno != EAGAIN && errno != EINTR) {
        deaf = true;
        out.clear();
      }
    }
    if (input_over && out.empty() && !half_closed) {
      ::shutdown(fd, SHUT_WR);
      half_closed = true;
    }
    if (!FD_ISSET(fd, &readable)) continue;
    ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (n <= 0) {
      if (input_over && missing == 0) break;
      fail("answers missing: " + std::to_string(missing));
    }
    in.append(buffer, static_cast<std::size_t>(n));
    std::size_t from = 0;
    while (in.size() - from >= 4) {
      std::size_t length = 0;
      for (std::size_t i = 0; i < 4; ++i) length = length * 256 + static_cast<unsigned char>(in[from + i]);
      if (in.size() - from - 4 < length) break;
      print_all(in.data() + from + 4, length);
      print_all("\n", 1);
      from += 4 + length;
      --missing;
    }
    in.erase(0, from);
  }
  return 0;
}

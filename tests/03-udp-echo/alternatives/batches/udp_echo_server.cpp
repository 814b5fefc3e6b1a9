// A batch of datagrams with each call: recvmmsg and sendmmsg, on a socket that does not wait; select does.
#include <fcntl.h>
#include <netdb.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

constexpr size_t most = 8, largest = 65536;

struct Batch {
  std::array<std::array<char, 6 + largest>, most> bytes;
  std::array<sockaddr_storage, most> peers;
  std::array<iovec, most> parts;
  std::array<mmsghdr, most> messages;

  void get_ready() {
    for (size_t i = 0; i < most; ++i) {
      std::memcpy(bytes[i].data(), "Echo: ", 6);
      parts[i] = {bytes[i].data() + 6, largest};
      messages[i] = {};
      messages[i].msg_hdr.msg_name = &peers[i];
      messages[i].msg_hdr.msg_namelen = sizeof peers[i];
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
  }
};

static void answer(int fd, Batch& batch, unsigned count) {
  for (unsigned i = 0; i < count; ++i) batch.parts[i] = {batch.bytes[i].data(), batch.messages[i].msg_len + 6};
  for (unsigned from = 0; from < count;) {
    int sent = sendmmsg(fd, batch.messages.data() + from, count - from, 0);
    if (sent > 0) {
      from += static_cast<unsigned>(sent);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN) {
      fd_set writable;
      FD_ZERO(&writable);
      FD_SET(fd, &writable);
      select(fd + 1, nullptr, &writable, nullptr, nullptr);
      continue;
    }
    std::perror("udp_echo_server: sendmmsg");
    ++from;  // the one that failed is lost, those behind it are not
  }
}

int main(int argc, char** argv) {
  char* end = nullptr;
  unsigned long port = argc == 3 && argv[2][0] >= '0' && argv[2][0] <= '9' ? std::strtoul(argv[2], &end, 10) : 65536;
  if (port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: %s HOST PORT\n", argv[0]);
    return 2;
  }
  addrinfo hints{}, *all = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  int error = getaddrinfo(argv[1], argv[2], &hints, &all);
  if (error != 0) {
    std::fprintf(stderr, "udp_echo_server: %s: %s\n", argv[1], gai_strerror(error));
    return 1;
  }
  int fd = -1;
  for (addrinfo* a = all; a != nullptr && fd < 0; a = a->ai_next) {
    fd = socket(a->ai_family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, a->ai_addr, a->ai_addrlen) == 0) continue;
    error = errno;
    close(fd);
    fd = -1;
  }
  freeaddrinfo(all);
  if (fd < 0) {
    std::fprintf(stderr, "udp_echo_server: bind: %s\n", std::strerror(error));
    return 1;
  }
  sockaddr_storage own{};
  socklen_t length = sizeof own;
  getsockname(fd, reinterpret_cast<sockaddr*>(&own), &length);
  char host[NI_MAXHOST], service[NI_MAXSERV];
  getnameinfo(reinterpret_cast<sockaddr*>(&own), length, host, sizeof host, service, sizeof service,
              NI_NUMERICHOST | NI_NUMERICSERV);
  bool six = own.ss_family == AF_INET6;
  dprintf(1, "listening on %s%s%s:%s\n", six ? "[" : "", host, six ? "]" : "", service);

  static Batch batch;
  while (true) {
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(fd, &readable);
    if (select(fd + 1, &readable, nullptr, nullptr, nullptr) < 0) continue;
    batch.get_ready();
    int count = recvmmsg(fd, batch.messages.data(), most, 0, nullptr);
    if (count > 0) answer(fd, batch, static_cast<unsigned>(count));
    if (count < 0 && errno != EAGAIN && errno != EINTR) std::perror("udp_echo_server: recvmmsg");
  }
}

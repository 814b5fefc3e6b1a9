// A thread for each client, and stdio on the socket: fread and fwrite do the loops.
#include <linux/sockios.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

#include "error.hpp"
#include "socket.hpp"

static std::mutex mutex;
static std::vector<int> open_clients;
static std::atomic<bool> stopping{false};

static void forget(int fd) {
  std::lock_guard lock(mutex);
  open_clients.erase(std::find(open_clients.begin(), open_clients.end(), fd));
}

static void converse(FILE* in, FILE* out) {
  std::vector<unsigned char> payload(1);
  unsigned char header[4];
  while (!stopping) {
    std::size_t got = std::fread(header, 1, 4, in);
    if (got < 4) {
      if (got != 0) std::fprintf(stderr, "cut inside a header\n");
      return;
    }
    unsigned long length = (static_cast<unsigned long>(header[0]) << 24) +
                           (static_cast<unsigned long>(header[1]) << 16) +
                           (static_cast<unsigned long>(header[2]) << 8) + header[3];
    if (length > 1UL << 20) return;
    payload.resize(length + 1);  // never empty: fread wants an address
    if (std::fread(payload.data(), 1, length, in) < length) {
      std::fprintf(stderr, "cut inside a frame\n");
      return;
    }
    unsigned long total = length + 6;
    for (int shift : {24, 16, 8, 0}) std::fputc(static_cast<int>(total >> shift & 0xff), out);
    std::fputs("Echo: ", out);
    std::fwrite(payload.data(), 1, length, out);
    if (std::fflush(out) != 0) return;
  }
}

static void serve(int fd, int copy) {
  FILE* in = ::fdopen(fd, "r");
  FILE* out = ::fdopen(copy, "w");
  converse(in, out);
  ::shutdown(copy, SHUT_WR);
  char rest[8192];
  for (int i = 0; i < 10000 && ::recv(fd, rest, sizeof rest, 0) > 0; ++i) {
  }
  // When we stop, until the client has acknowledged everything: to close with requests on their way is a reset.
  for (int left = 1; stopping && ::ioctl(fd, SIOCOUTQ, &left) == 0 && left > 0; ::usleep(1000))
    while (::recv(fd, rest, sizeof rest, MSG_DONTWAIT) > 0) {
    }
  forget(fd);
  std::fclose(out);
  std::fclose(in);
}

static void take(int listener) {
  int fd;
  do fd = ::accept(listener, nullptr, nullptr);
  while (fd < 0 && errno == EINTR);
  int copy = fd < 0 ? -1 : ::dup(fd);
  if (copy < 0) {
    if (fd >= 0) ::close(fd);
    ::usleep(200'000);
    return;
  }
  {
    std::lock_guard lock(mutex);
    open_clients.push_back(fd);
  }
  try {
    std::thread(serve, fd, copy).detach();
  } catch (const std::system_error&) {
    forget(fd);
    ::close(fd);
    ::close(copy);
  }
}

static void wait_for_stop(sigset_t stop) {
  int number;
  sigwait(&stop, &number);
  stopping = true;
  {
    std::lock_guard lock(mutex);
    for (int fd : open_clients) ::shutdown(fd, SHUT_RD);
  }
  for (int i = 0; i < 200; ++i) {
    ::usleep(10'000);
    std::lock_guard lock(mutex);
    if (open_clients.empty()) break;
  }
  ::_exit(0);
}

static void run(int argc, char** argv) {
  if (argc != 3) throw net::UsageError("persistent_server HOST PORT");
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  net::Socket listener = net::listen_on(argv[1], net::parse_port(argv[2], 0));
  std::printf("listening on %s\n", listener.local_address().text().c_str());
  std::fflush(stdout);
  std::thread(wait_for_stop, stop).detach();
  while (!stopping) take(listener.fd());
  ::pause();
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

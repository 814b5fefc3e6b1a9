// A thread for each client; blocking calls. The main thread waits for the signal to stop.
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "error.hpp"
#include "socket.hpp"

using namespace std::chrono_literals;

static std::mutex mutex;
static std::condition_variable somebody_left;
static std::set<int> clients;
static std::atomic<bool> stopping{false};

static bool read_exactly(int fd, char* into, std::size_t count, std::size_t& got) {
  for (got = 0; got < count;) {
    ssize_t n = ::recv(fd, into + got, count - got, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    got += static_cast<std::size_t>(n);
  }
  return true;
}

static bool write_all(int fd, const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    ssize_t n = ::send(fd, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += static_cast<std::size_t>(n);
  }
  return true;
}

static void converse(int fd) {
  while (!stopping) {
    unsigned char header[4];
    std::size_t got = 0;
    if (!read_exactly(fd, reinterpret_cast<char*>(header), 4, got)) {
      if (got > 0) std::fprintf(stderr, "incomplete header\n");
      return;
    }
    std::size_t length = static_cast<std::size_t>(header[0]) << 24 | static_cast<std::size_t>(header[1]) << 16 |
                         static_cast<std::size_t>(header[2]) << 8 | header[3];
    if (length > 1'048'576) {
      std::fprintf(stderr, "too long: %zu\n", length);
      return;
    }
    std::string answer(10 + length, '\0');
    if (!read_exactly(fd, answer.data() + 10, length, got)) {
      std::fprintf(stderr, "incomplete frame: %zu of %zu\n", got, length);
      return;
    }
    std::size_t total = length + 6;
    for (int i = 0; i < 4; ++i) answer[static_cast<std::size_t>(i)] = static_cast<char>(total >> (24 - 8 * i));
    std::memcpy(answer.data() + 4, "Echo: ", 6);
    if (!write_all(fd, answer)) return;
  }
}

static void serve(int fd) {
  int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  converse(fd);
  // The client shall find what was sent before it finds that nobody listens any more.
  ::shutdown(fd, SHUT_WR);
  char rest[4096];
  for (int i = 0; i < 10000 && ::recv(fd, rest, sizeof rest, 0) > 0; ++i) {
  }
  // When we stop, until the client has acknowledged everything: to close with requests on their way is a reset.
  for (int left = 1; stopping && ::ioctl(fd, SIOCOUTQ, &left) == 0 && left > 0; ::usleep(1000))
    while (::recv(fd, rest, sizeof rest, MSG_DONTWAIT) > 0) {
    }
  std::lock_guard lock(mutex);
  clients.erase(fd);
  ::close(fd);
  somebody_left.notify_all();
}

static void accept_for_ever(int listener) {
  while (!stopping) {
    int fd = ::accept(listener, nullptr, nullptr);
    if (fd < 0) {
      if (errno != EINTR && errno != ECONNABORTED) std::this_thread::sleep_for(50ms);
      continue;
    }
    try {
      {
        std::lock_guard lock(mutex);
        clients.insert(fd);
      }
      std::thread(serve, fd).detach();
    } catch (const std::system_error& error) {
      std::fprintf(stderr, "no thread: %s\n", error.what());
      std::lock_guard lock(mutex);
      clients.erase(fd);
      ::close(fd);
      std::this_thread::sleep_for(50ms);
    }
  }
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
  std::thread(accept_for_ever, listener.fd()).detach();

  int signal = 0;
  sigwait(&stop, &signal);
  std::fprintf(stderr, "stopping on signal %d\n", signal);
  stopping = true;
  ::shutdown(listener.fd(), SHUT_RDWR);
  std::unique_lock lock(mutex);
  for (int fd : clients) ::shutdown(fd, SHUT_RD);
  somebody_left.wait_for(lock, 2s, [] { return clients.empty(); });
  std::_Exit(0);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

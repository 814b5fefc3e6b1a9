// Two processes accept from one listener. The parent only waits for the signal that ends them all, and is the last to
// go: as long as one of them is there, the port is in use.
#include <netdb.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

static bool send_whole(int fd, const char* bytes, size_t count) {
  while (count > 0) {
    ssize_t n = send(fd, bytes, count, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes += n;
    count -= static_cast<size_t>(n);
  }
  return true;
}

static void converse(int fd) {
  std::array<char, 8192> buffer{'E', 'c', 'h', 'o', ':', ' '};
  size_t kept = 6;
  while (true) {
    ssize_t n = recv(fd, buffer.data() + kept, buffer.size() - kept, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return;
    if (!send_whole(fd, buffer.data(), kept + static_cast<size_t>(n))) return;
    kept = 0;
    if (n == 0) return;
  }
}

[[noreturn]] static void serve(int listener, pid_t parent, const sigset_t& before) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(1);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  while (true) {
    int fd = accept(listener, nullptr, nullptr);
    if (fd < 0) continue;
    converse(fd);
    shutdown(fd, SHUT_WR);
    close(fd);
  }
}

int main(int argc, char** argv) {
  std::string port = argc == 3 ? argv[2] : "";
  if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos ||
      std::stol(port) > 65535) {
    std::fprintf(stderr, "usage: %s HOST PORT\n", argv[0]);
    return 2;
  }
  addrinfo hints{}, *all = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  int error = getaddrinfo(argv[1], argv[2], &hints, &all);
  if (error != 0) {
    std::fprintf(stderr, "echo_server: %s: %s\n", argv[1], gai_strerror(error));
    return 1;
  }
  int listener = -1, on = 1;
  for (addrinfo* a = all; a != nullptr && listener < 0; a = a->ai_next) {
    listener = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    if (listener < 0) {
      error = errno;
      continue;
    }
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, a->ai_addr, a->ai_addrlen) == 0 && listen(listener, 10) == 0) break;
    error = errno;
    close(listener);
    listener = -1;
  }
  freeaddrinfo(all);
  if (listener < 0) {
    std::fprintf(stderr, "echo_server: bind to %s: %s\n", argv[2], std::strerror(error));
    return 1;
  }
  sockaddr_storage own{};
  socklen_t length = sizeof own;
  getsockname(listener, reinterpret_cast<sockaddr*>(&own), &length);
  char host[NI_MAXHOST], service[NI_MAXSERV];
  getnameinfo(reinterpret_cast<sockaddr*>(&own), length, host, sizeof host, service, sizeof service,
              NI_NUMERICHOST | NI_NUMERICSERV);
  bool six = own.ss_family == AF_INET6;

  sigset_t ends, before;
  sigemptyset(&ends);
  for (int number : {SIGTERM, SIGINT, SIGCHLD}) sigaddset(&ends, number);
  sigprocmask(SIG_BLOCK, &ends, &before);
  pid_t parent = getpid();
  std::array<pid_t, 2> children;
  for (pid_t& child : children)
    if ((child = fork()) == 0) serve(listener, parent, before);
  close(listener);
  std::printf("listening on %s%s%s:%s\n", six ? "[" : "", host, six ? "]" : "", service);
  std::fflush(stdout);
  int which;
  sigwait(&ends, &which);
  for (pid_t child : children)
    if (child > 0) kill(child, SIGTERM);
  while (wait(nullptr) > 0) {
  }
}

// One thread, poll, non-blocking sockets: many connections at a time.
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

struct Client {
  std::string unsent;
  bool greeted = false, finished = false;
};

// False when the conversation is over.
static bool handle(int fd, Client& client, short events) {
  if (!client.finished && client.unsent.empty() && (events & (POLLIN | POLLHUP | POLLERR))) {
    char buffer[5000];
    ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    client.finished = n == 0;
    if (!client.greeted) client.unsent = "Echo: ";
    client.greeted = true;
    client.unsent.append(buffer, static_cast<size_t>(n));
  }
  if (!client.unsent.empty()) {
    ssize_t n = send(fd, client.unsent.data(), client.unsent.size(), 0);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (n > 0) client.unsent.erase(0, static_cast<size_t>(n));
  }
  return !(client.finished && client.unsent.empty());
}

static void serve(int listener) {
  std::map<int, Client> clients;
  while (true) {
    std::vector<pollfd> fds{{listener, POLLIN, 0}};
    for (auto& [fd, client] : clients)
      fds.push_back({fd, static_cast<short>(client.unsent.empty() ? POLLIN : POLLOUT), 0});
    if (poll(fds.data(), fds.size(), -1) < 0) continue;
    for (size_t i = 1; i < fds.size(); ++i)
      if (fds[i].revents != 0 && !handle(fds[i].fd, clients[fds[i].fd], fds[i].revents)) {
        close(fds[i].fd);
        clients.erase(fds[i].fd);
      }
    if (fds[0].revents == 0) continue;
    int fd = accept(listener, nullptr, nullptr);
    if (fd < 0) continue;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    clients[fd] = {};
  }
}

int main(int argc, char** argv) {
  char* end = nullptr;
  long port = argc == 3 && *argv[2] >= '0' && *argv[2] <= '9' ? std::strtol(argv[2], &end, 10) : -1;
  if (port < 0 || port > 65535 || *end != '\0') {
    std::fprintf(stderr, "usage: %s HOST PORT\n", argv[0]);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  addrinfo hints{}, *list = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  int failed = getaddrinfo(argv[1], argv[2], &hints, &list);
  if (failed != 0) {
    std::fprintf(stderr, "echo_server: %s: %s\n", argv[1], gai_strerror(failed));
    return 1;
  }
  int listener = -1, on = 1, error = 0;
  for (addrinfo* a = list; a && listener < 0; a = a->ai_next) {
    listener = socket(a->ai_family, SOCK_STREAM, 0);
    if (listener >= 0) setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (listener >= 0 && (bind(listener, a->ai_addr, a->ai_addrlen) < 0 || listen(listener, SOMAXCONN) < 0)) {
      error = errno;
      close(listener);
      listener = -1;
    }
  }
  freeaddrinfo(list);
  if (listener < 0) {
    std::fprintf(stderr, "echo_server: bind %s: %s\n", argv[2], std::strerror(error));
    return 1;
  }
  sockaddr_storage local{};
  socklen_t length = sizeof local;
  getsockname(listener, reinterpret_cast<sockaddr*>(&local), &length);
  char host[128], service[16];
  getnameinfo(reinterpret_cast<sockaddr*>(&local), length, host, sizeof host, service, sizeof service,
              NI_NUMERICHOST | NI_NUMERICSERV);
  std::printf(local.ss_family == AF_INET6 ? "listening on [%s]:%s\n" : "listening on %s:%s\n", host, service);
  std::fflush(stdout);

  fcntl(listener, F_SETFL, O_NONBLOCK);
  serve(listener);
}

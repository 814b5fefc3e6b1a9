// No socket call of the C library: system calls by their numbers alone.
#include <netdb.h>
#include <signal.h>

#include <algorithm>

#include "raw.hpp"

static const std::string program = "persistent_client";

static long connect_to(const char* host, const char* port) {
  addrinfo hints{}, *all = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (int error = getaddrinfo(host, port, &hints, &all); error != 0) fail(program, host, gai_strerror(error));
  int reason = 0;
  for (addrinfo* a = all; a != nullptr; a = a->ai_next) {
    long fd = raw::socket(a->ai_family);
    reason = fd < 0 ? errno : raw::connect(fd, a->ai_addr, a->ai_addrlen);
    if (reason == 0) {
      freeaddrinfo(all);
      return fd;
    }
    if (fd >= 0) raw::close(fd);
  }
  fail(program, "connect", std::strerror(reason));
}

struct Client {
  long server;
  std::string typed, requests, answers;
  bool typed_all = false, finished = false;
  size_t looked_at = 0;  // of typed, in search of a newline
  long owed = 0;

  void read_lines() {
    static char buffer[65536];
    long n = raw::read(0, buffer, sizeof buffer);
    if (n < 0 && errno != EINTR && errno != EAGAIN) fail(program, "stdin", std::strerror(errno));
    if (n < 0) return;
    typed_all = n == 0;
    typed.append(buffer, static_cast<size_t>(n));
    size_t from = 0;
    for (size_t end; (end = typed.find('\n', std::max(from, looked_at))) != std::string::npos; from = end + 1)
      ask(typed.substr(from, end - from));
    typed.erase(0, from);
    looked_at = typed.size();
    if (typed.size() > longest || (typed_all && !typed.empty())) ask(typed);
  }

  void ask(const std::string& line) {
    looked_at = 0;
    if (line.size() > longest) fail(program, "stdin", "a line is longer than a frame may be");
    requests += header_of(line.size()) + line;
    ++owed;
  }

  void print_answers() {
    std::string shown;
    size_t from = 0;
    for (size_t length; (length = length_at(answers, from)) <= answers.size() - from; from += 4 + length, --owed) {
      if (answers.size() - from - 4 < length) break;
      shown += answers.substr(from + 4, length) + "\n";
    }
    answers.erase(0, from);
    raw::write_all(1, shown);
  }

  int run() {
    while (!finished || owed > 0) {
      pollfd fds[] = {{typed_all || requests.size() > 100'000 ? -1 : 0, POLLIN, 0},
                      {static_cast<int>(server), POLLIN, 0}};
      if (!requests.empty()) fds[1].events |= POLLOUT;
      if (raw::poll(fds, 2) < 0) continue;
      if (fds[0].revents != 0) read_lines();
      if (!requests.empty() && !raw::send_some(server, requests)) requests.clear();
      if (typed_all && requests.empty() && !finished) finished = syscall(SYS_shutdown, server, SHUT_WR) <= 0;
      if ((fds[1].revents & ~POLLOUT) == 0) continue;
      long n = raw::receive_some(server, answers);
      print_answers();
      if (n > 0 || n == -2 || (n == 0 && finished && owed == 0)) continue;
      raw::write_all(2, program + ": the server has ended, answers missing: " + std::to_string(owed) + "\n");
      return 1;
    }
    return 0;
  }
};

int main(int argc, char** argv) {
  char* end = nullptr;
  unsigned long port = argc == 3 && argv[2][0] >= '0' && argv[2][0] <= '9' ? std::strtoul(argv[2], &end, 10) : 0;
  if (port < 1 || port > 65535 || *end != '\0') {
    std::fputs("usage: persistent_client HOST PORT\n", stderr);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  Client client;
  client.server = connect_to(argv[1], argv[2]);
  return client.run();
}

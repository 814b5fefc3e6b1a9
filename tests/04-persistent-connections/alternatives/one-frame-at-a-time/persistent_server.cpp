// poll, but no queue: a client's next frame is not begun before the answer to the last has gone. One client is accepted
// a turn, the payload is read straight to its place, and the answer leaves with writev.
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <list>
#include <memory>
#include <vector>

#include "error.hpp"
#include "socket.hpp"

static volatile sig_atomic_t stop = 0;
static void on_stop(int) { stop = 1; }

struct Client {
  explicit Client(net::Socket s) : socket(std::move(s)) {}
  net::Socket socket;
  enum { header, payload, answer, leftover, over } state = header;
  unsigned char head[10];  // the header that comes, or the one that goes and the prefix
  std::vector<char> body;
  std::size_t done = 0;

  short events() const { return state == answer ? POLLOUT : POLLIN; }

  // True when `count` bytes are there; what is missing is waited for elsewhere.
  bool fill(void* into, std::size_t count) {
    while (done < count) {
      ssize_t n = ::recv(socket.fd(), static_cast<char*>(into) + done, count - done, 0);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) return false;
      if (n < 0) state = over;
      if (n == 0) {
        if (state == payload || done > 0) std::fprintf(stderr, "a frame was not finished\n");
        state = over;
      }
      if (n <= 0) return false;
      done += static_cast<std::size_t>(n);
    }
    done = 0;
    return true;
  }

  void step() {
    for (int turns = 0; turns < 8 && state != over; ++turns) {
      if (state == header) {
        if (!fill(head, 4)) return;
        std::size_t length = static_cast<std::size_t>(head[0]) << 24 | static_cast<std::size_t>(head[1]) << 16 |
                             static_cast<std::size_t>(head[2]) << 8 | head[3];
        if (length > 1'048'576) {
          socket.shutdown_send();
          state = leftover;
          return;
        }
        body.resize(length);
        state = payload;
      }
      if (state == payload) {
        if (!fill(body.data(), body.size())) return;
        std::size_t total = body.size() + 6;
        for (int i = 0; i < 4; ++i) head[i] = static_cast<unsigned char>(total >> (24 - 8 * i));
        std::memcpy(head + 4, "Echo: ", 6);
        state = answer;
      }
      if (state == answer && !give()) return;
      if (state == leftover) return skip();
    }
  }

  bool give() {
    while (done < 10 + body.size()) {
      std::size_t head_done = std::min<std::size_t>(done, 10);
      iovec parts[] = {{head + head_done, 10 - head_done},
                       {body.data() + (done - head_done), body.size() - (done - head_done)}};
      ssize_t n = ::writev(socket.fd(), parts, 2);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) return false;
      if (n < 0) {
        state = over;
        return false;
      }
      done += static_cast<std::size_t>(n);
    }
    done = 0;
    if (body.capacity() > 100'000) std::vector<char>().swap(body);
    state = header;
    return true;
  }

  void skip() {
    char rest[1000];
    ssize_t n = ::recv(socket.fd(), rest, sizeof rest, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN)) state = over;
    if (n > 0) done += static_cast<std::size_t>(n);
    if (done > 2'000'000) state = over;
  }
};

static void run(int argc, char** argv) {
  if (argc != 3) throw net::UsageError("persistent_server HOST PORT");
  net::Socket listener = net::listen_on(argv[1], net::parse_port(argv[2], 0));
  listener.set_nonblocking();
  struct sigaction action = {};
  action.sa_handler = on_stop;
  sigset_t blocked, normal;
  sigemptyset(&blocked);
  for (int number : {SIGTERM, SIGINT}) {
    sigaction(number, &action, nullptr);
    sigaddset(&blocked, number);
  }
  sigprocmask(SIG_BLOCK, &blocked, &normal);
  std::printf("listening on %s\n", listener.local_address().text().c_str());
  std::fflush(stdout);

  using clock = std::chrono::steady_clock;
  clock::time_point no_accept_before{}, give_up{};
  std::list<Client> clients;
  bool stopping = false;
  while (true) {
    if (stop && !stopping) {
      stopping = true;
      give_up = clock::now() + std::chrono::seconds(2);
      listener.close();
    }
    // Without an answer under way there is nothing to wait for.
    if (stopping) std::erase_if(clients, [](const Client& client) { return client.state != Client::answer; });
    if (stopping && (clients.empty() || clock::now() >= give_up)) return;

    bool accepting = !stopping && clock::now() >= no_accept_before;
    std::vector<pollfd> fds{{accepting ? listener.fd() : -1, POLLIN, 0}};
    for (const Client& client : clients) fds.push_back({client.socket.fd(), client.events(), 0});
    timespec limit{0, 100'000'000};
    bool timed = stopping || !accepting;
    if (::ppoll(fds.data(), fds.size(), timed ? &limit : nullptr, &normal) <= 0) continue;
    std::size_t i = 1;
    for (auto client = clients.begin(); client != clients.end(); ++i) {
      if (fds[i].revents != 0) stopping ? static_cast<void>(client->give()) : client->step();
      client = client->state == Client::over ? clients.erase(client) : std::next(client);
    }
    if (fds[0].revents == 0) continue;
    try {
      if (auto socket = listener.try_accept()) {
        socket->set_nonblocking();
        clients.emplace_back(std::move(*socket));
      }
    } catch (const std::system_error& error) {
      std::fprintf(stderr, "%s\n", error.what());
      no_accept_before = clock::now() + std::chrono::milliseconds(300);
    }
  }
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

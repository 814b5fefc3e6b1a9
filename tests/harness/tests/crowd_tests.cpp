// Crowds, limits and usage, tried on small children of this test.
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "crowd.hpp"
#include "limits.hpp"
#include "sockets.hpp"
#include "usage.hpp"

using namespace harness;

namespace {

// A process of our own that does `work` and then waits.
class Child {
 public:
  explicit Child(const std::function<void()>& work) : pid_(::fork()) {
    if (pid_ != 0) return;
    work();
    while (true) ::pause();
  }
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

// Answers each client's first bytes with `reply`, one client after the other, and keeps them all open.
[[noreturn]] void answer_everybody(int listener, const std::string& reply) {
  while (true) {
    int client = ::accept(listener, nullptr, nullptr);
    char byte;
    if (::read(client, &byte, 1) == 1) (void)!::write(client, reply.data(), reply.size());
  }
}

struct Server {
  explicit Server(const std::string& reply) {
    SocketAddress address = to_address("127.0.0.1", 0);
    listener = ::socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(::bind(listener, address.get(), address.length) == 0);
    REQUIRE(::listen(listener, 4) == 0);
    where = local_address(listener).endpoint();
    child = std::make_unique<Child>([&] { answer_everybody(listener, reply); });
  }
  ~Server() { ::close(listener); }
  int listener;
  Endpoint where;
  std::unique_ptr<Child> child;
};

}  // namespace

TEST_CASE("A crowd is answered by a server that answers, one client after the other and with a short queue") {
  raise_own_descriptors();
  Server server("right");
  Crowd crowd(server.where, 300, "q", "right");
  CHECK(crowd.connected());
  CHECK(crowd.size() == 300);
}

TEST_CASE("A crowd that is answered wrongly says so") {
  Server server("wrong");
  Crowd crowd(server.where, 20, "q", "right");
  CHECK_FALSE(crowd.connected());
}

TEST_CASE("A busy loop takes a core, and a waiting process takes none") {
  Child spins([] {
    volatile unsigned i = 0;
    while (true) i = i + 1;
  });
  Child waits([] {});
  CHECK(share_beyond(0.5, spins.pid()) > 0.5);
  CHECK(share_beyond(0.1, waits.pid()) == std::nullopt);
}

TEST_CASE("Who works for most of the time comes to rest, though at work when we first look") {
  Child works([] {
    using Clock = std::chrono::steady_clock;
    while (true) {
      for (auto end = Clock::now() + std::chrono::milliseconds(8); Clock::now() < end;) {
      }
      ::usleep(4000);
    }
  });
  for (int i = 0; i < 5; ++i) CHECK(share_beyond(0.95, works.pid()) == std::nullopt);
}

TEST_CASE("While no descriptor is free none can be opened, and afterwards one can") {
  int orders[2], reports[2];
  REQUIRE(::pipe(orders) == 0);
  REQUIRE(::pipe(reports) == 0);
  // At each order it opens something, and reports whether it could.
  Child child([&] {
    ::close(orders[1]);  // a hole, which the limit must count as free
    for (char order; ::read(orders[0], &order, 1) == 1;) {
      int fd = ::open("/dev/null", O_RDONLY);
      char could = fd >= 0 ? 'y' : 'n';
      if (::write(reports[1], &could, 1) != 1) return;
    }
  });
  auto can_open = [&] {
    char answer = '?';
    REQUIRE(::write(orders[1], "x", 1) == 1);
    REQUIRE(::read(reports[0], &answer, 1) == 1);
    return answer == 'y';
  };
  REQUIRE(can_open());
  {
    NoFreeDescriptors none(child.pid());
    CHECK_FALSE(can_open());
    CHECK_FALSE(can_open());
  }
  CHECK(can_open());
  for (int fd : {orders[0], orders[1], reports[0], reports[1]}) ::close(fd);
}

TEST_CASE("This process may have as many descriptors as its hard limit allows") {
  std::size_t most = raise_own_descriptors();
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  CHECK(limit.rlim_cur == limit.rlim_max);
  CHECK(most == limit.rlim_cur);
}

TEST_CASE("A process without sanitizers is not taken for one with them") { CHECK_FALSE(is_sanitized(::getpid())); }

// What tests of time stand on: a connect that hangs, arrivals that are noted by the system, and bounds.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cerrno>

#include "arrivals.hpp"
#include "full_listener.hpp"
#include "network.hpp"
#include "sockets.hpp"
#include "timing.hpp"
#include "usage.hpp"

using namespace harness;
using namespace std::chrono_literals;

namespace {

// A connect that does not wait, and whether it is through after `wait` milliseconds.
class Attempt {
 public:
  explicit Attempt(const std::string& host, const std::string& port) {
    SocketAddress to = to_address(host, static_cast<std::uint16_t>(std::stoi(port)));
    fd_ = ::socket(to.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    result_ = ::connect(fd_, to.get(), to.length);
    error_ = errno;
  }
  ~Attempt() { ::close(fd_); }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  bool under_way() const { return result_ < 0 && error_ == EINPROGRESS; }
  bool decided_within(int milliseconds) const {
    pollfd ready{fd_, POLLOUT, 0};
    return ::poll(&ready, 1, milliseconds) > 0;
  }

 private:
  int fd_ = -1, result_ = 0, error_ = 0;
};

}  // namespace

TEST_CASE("A connect to a full listener neither succeeds nor fails") {
  auto host = GENERATE(std::string("127.0.0.1"), std::string("::1"));
  if (host == "::1" && !have_ipv6()) SKIP("this machine has no IPv6");
  FullListener nobody_gets_in(host);
  Attempt first(nobody_gets_in.host(), nobody_gets_in.port()), second(nobody_gets_in.host(), nobody_gets_in.port());
  CHECK(first.under_way());
  CHECK(second.under_way());
  CHECK_FALSE(first.decided_within(200));
  CHECK_FALSE(second.decided_within(0));
}

TEST_CASE("A client of a listener that takes little soon has to wait") {
  Listener listener;
  take_little(listener);
  SocketAddress to = to_address(listener.host(), static_cast<std::uint16_t>(std::stoi(listener.port())));
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::connect(fd, to.get(), to.length) == 0);
  Peer accepted = listener.accept();
  // The longest message of labs 02 and 06 must not fit into the buffers on the way.
  std::string message(100'000, 'x');
  std::size_t taken = 0;
  for (ssize_t n = 0;
       taken < message.size() && (n = ::send(fd, message.data(), message.size() - taken, MSG_DONTWAIT)) > 0;)
    taken += static_cast<std::size_t>(n);
  ::close(fd);
  CHECK(taken < message.size());
}

TEST_CASE("The time of an arrival is that of the datagram, however late the test looks") {
  UdpPeer receiver("the receiver"), sender("the sender");
  note_arrivals(receiver);
  auto before = std::chrono::steady_clock::now();
  sender.send_to(receiver.endpoint(), "early");
  auto after = std::chrono::steady_clock::now();
  // Something else takes its time meanwhile.
  pollfd nothing{-1, 0, 0};
  ::poll(&nothing, 1, 150);
  Datagram early = next_arrival(receiver, 5000ms);
  CHECK(early.bytes == "early");
  // The system's clock and the steady one are read one after the other; a moment may lie between.
  CHECK(early.when >= before - 20ms);
  CHECK(early.when <= after + 20ms);
}

TEST_CASE("Patience grows with the slowness of the machine, up to the bound that is set") {
  double factor = speed_factor();
  auto patience_at = [](double slowness) {
    set_speed_factor(slowness);
    return patience();
  };
  CHECK(patience_at(10) == 50s);
  bound_patience(15s);
  CHECK(patience_at(2) == 10s);
  CHECK(patience_at(10) == 15s);
  bound_patience(Milliseconds::max());
  set_speed_factor(factor);
}

TEST_CASE("On time is from nine tenths of the limit to a second after it") {
  CHECK(is_on_time(900ms, 1000ms, "it"));
  CHECK(is_on_time(1999ms, 1000ms, "it"));
  CHECK_FALSE(is_on_time(899ms, 1000ms, "it"));
  CHECK_FALSE(is_on_time(latest_after(1000ms) + 1ms, 1000ms, "it"));
  CHECK(is_no_later(1ms, 1000ms, "it"));
  CHECK_FALSE(is_no_later(latest_after(1000ms) + 1ms, 1000ms, "it"));
}

TEST_CASE("What waits for a processor is known to have waited") {
  // Two that want the same processor keep each other waiting.
  cpu_set_t before, one;
  ::sched_getaffinity(0, sizeof before, &before);
  int processor = ::sched_getcpu();
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  ::sched_setaffinity(0, sizeof one, &one);
  pid_t rival = ::fork();
  if (rival == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (true) {
    }
  }
  auto wanted = kept_waiting() + 1s;
  for (Deadline deadline(10 * patience()); kept_waiting() < wanted && !deadline.passed();) {
  }
  auto kept = kept_waiting();
  ::kill(rival, SIGKILL);
  ::waitpid(rival, nullptr, 0);
  ::sched_setaffinity(0, sizeof before, &before);

  CHECK(kept >= wanted);
}

TEST_CASE("On a slow machine the upper bound moves, and the lower one does not") {
  set_speed_factor(4);
  CHECK(latest_after(1000ms) == 5000ms);
  CHECK(is_on_time(4900ms, 1000ms, "it"));
  CHECK_FALSE(is_on_time(899ms, 1000ms, "it"));
  set_speed_factor(1);
  CHECK_FALSE(is_on_time(4900ms, 1000ms, "it"));
}

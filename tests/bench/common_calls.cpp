// A byte to and fro over loopback, by net::Socket and by the bare calls, and what each of them costs. It prints, for
// bench-figures to read:
//
//   time NET BARE            nanoseconds of processor time for a send and a recv; a line for each round
//   steps CALL NET BARE      instructions that the program itself carries out in one call, counted one by one
//   counted NET BARE         instructions of a send and a recv, the kernel's with them, by the processor's counter
//   uncounted WHY            there is no such counter
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <system_error>
#include <vector>

#include "socket.hpp"

namespace {

struct Pair {
  net::Socket one, other;
};

Pair connected() {
  net::Socket listener = net::listen_on("127.0.0.1", 0);
  net::Socket one = net::connect_to("127.0.0.1", listener.local_address().port());
  return {std::move(one), listener.accept()};
}

std::array<std::byte, 1> byte{};

void by_net(Pair& pair) {
  pair.one.send(byte);
  pair.other.recv(byte);
}

// With the checks that nobody can do without.
void by_hand(Pair& pair) {
  if (::send(pair.one.fd(), byte.data(), byte.size(), MSG_NOSIGNAL) < 0) ::_exit(1);
  if (::recv(pair.other.fd(), byte.data(), byte.size(), 0) < 0) ::_exit(1);
}

double nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

template <class Exchange>
double time_of(Exchange exchange, Pair& pair) {
  constexpr int count = 1000;
  double start = nanoseconds();
  for (int i = 0; i < count; ++i) exchange(pair);
  return (nanoseconds() - start) / count;
}

// In turns, and every other time the other first: the second finds the caches warm.
void print_times(Pair& pair) {
  time_of(by_net, pair), time_of(by_hand, pair);
  for (int round = 0; round < 200; ++round) {
    bool net_first = round % 2 == 0;
    double first = net_first ? time_of(by_net, pair) : time_of(by_hand, pair);
    double second = net_first ? time_of(by_hand, pair) : time_of(by_net, pair);
    std::printf("time %.1f %.1f\n", net_first ? first : second, net_first ? second : first);
  }
}

using Steps = std::vector<std::function<void()>>;

// Runs in the traced child: a stop before each step and one at the end.
[[noreturn]] void walk(const Steps& steps) {
  // Stopped without a tracer, we would be waited for in vain.
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) < 0) ::_exit(1);
  for (const auto& step : steps) step();  // so that no function is looked up while we count
  const pid_t self = ::getpid();
  for (const auto& step : steps) {
    ::kill(self, SIGSTOP);
    step();
  }
  ::kill(self, SIGSTOP);
  ::_exit(0);
}

// How many instructions each step takes, what is between the stops with it; empty when nobody may trace here.
std::vector<long> count_steps(const Steps& steps) {
  pid_t child = ::fork();
  if (child == 0) walk(steps);
  std::vector<long> counts;
  long count = 0;
  bool counting = false;
  for (int status = 0; ::waitpid(child, &status, 0) == child && WIFSTOPPED(status);) {
    if (WSTOPSIG(status) == SIGSTOP) {
      if (counting) counts.push_back(count);
      counting = true;
      count = 0;
    } else {
      ++count;
    }
    if (::ptrace(counts.size() < steps.size() ? PTRACE_SINGLESTEP : PTRACE_CONT, child, nullptr, nullptr) < 0) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
      return {};
    }
  }
  if (counts.size() != steps.size()) counts.clear();
  return counts;
}

void print_steps(Pair& pair) {
  auto nothing = [] {};
  std::vector<long> counts = count_steps({nothing, [&] { pair.one.send(byte); }, [&] { pair.other.recv(byte); },
                                          [&] {
                                            if (::send(pair.one.fd(), byte.data(), 1, MSG_NOSIGNAL) < 0) ::_exit(1);
                                          },
                                          [&] {
                                            if (::recv(pair.other.fd(), byte.data(), 1, 0) < 0) ::_exit(1);
                                          }});
  if (counts.empty()) return;
  const long around = counts[0];
  std::printf("steps send %ld %ld\n", counts[1] - around, counts[3] - around);
  std::printf("steps recv %ld %ld\n", counts[2] - around, counts[4] - around);
}

template <class Exchange>
double instructions_of(Exchange exchange, Pair& pair, int counter) {
  constexpr int count = 10'000;
  std::uint64_t found = 0;
  ::ioctl(counter, PERF_EVENT_IOC_RESET, 0);
  for (int i = 0; i < count; ++i) exchange(pair);
  if (::read(counter, &found, sizeof found) != sizeof found) return 0;
  return static_cast<double>(found) / count;
}

void print_counted(Pair& pair) {
  perf_event_attr what{};
  what.type = PERF_TYPE_HARDWARE;
  what.size = sizeof what;
  what.config = PERF_COUNT_HW_INSTRUCTIONS;
  int counter = static_cast<int>(::syscall(SYS_perf_event_open, &what, 0, -1, -1, 0));
  if (counter < 0) {
    std::printf("uncounted %s\n", std::strerror(errno));
    return;
  }
  double net = instructions_of(by_net, pair, counter), bare = instructions_of(by_hand, pair, counter);
  std::printf("counted %.1f %.1f\n", net, bare);
  ::close(counter);
}

}  // namespace

int main() {
  try {
    Pair pair = connected();
    print_times(pair);
    std::fflush(stdout);
    print_steps(pair);
    print_counted(pair);
    return 0;
  } catch (const std::system_error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

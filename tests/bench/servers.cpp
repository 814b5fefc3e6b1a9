#include "servers.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "load.hpp"
#include "server_under_load.hpp"

namespace {

struct Rival {
  std::string name;
  std::vector<std::string> command;
};

const std::vector<Rival>& rivals() {
  static const std::vector<Rival> all = [] {
    std::vector<Rival> some{{"the reference", {REFERENCE}},
                            {"poll by hand", {POLL_SERVER}},
                            {"epoll by hand", {EPOLL_SERVER}},
                            {"a thread each", {THREAD_SERVER}}};
    if (*PYTHON != '\0') some.push_back({"asyncio", {PYTHON, ASYNCIO_SERVER}});
    return some;
  }();
  return all;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Alternating, so that what disturbs the machine for a while disturbs all of them.
constexpr int rounds = 5;
constexpr double seconds = 0.2;

void print_load(const Load& load) {
  std::map<std::string, std::vector<double>> rate, p50, p99;
  for (int round = 0; round < rounds; ++round)
    for (const Rival& rival : rivals()) {
      ServerUnderLoad server(rival.command);
      Crowd crowd(server.port(), load.connections);
      crowd.measure(load, seconds / 4);  // warm
      Figures figures = crowd.measure(load, seconds);
      rate[rival.name].push_back(figures.messages_a_second);
      p50[rival.name].push_back(figures.p50_us);
      p99[rival.name].push_back(figures.p99_us);
    }
  double ours = median(rate["the reference"]);
  std::printf("   %4d connections, %5zu bytes, %2d under way  %9.0f/s p50 %6.0f us p99 %6.0f us ", load.connections,
              load.payload, load.depth, ours, median(p50["the reference"]), median(p99["the reference"]));
  for (const Rival& rival : rivals())
    if (rival.name != "the reference") std::printf(" %8.2f", ours / median(rate[rival.name]));
  std::printf("\n");
  std::fflush(stdout);
}

bool allow_descriptors(rlim_t wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur >= wanted;
}

}  // namespace

void compare_servers() {
  allow_descriptors(4096);
  std::printf("   how many messages a second the reference answers, and that as a ratio to:  %26s", "");
  for (const Rival& rival : rivals())
    if (rival.name != "the reference")
      std::printf(" %s%s", rival.name.c_str(), &rival == &rivals().back() ? "\n" : ",");
  for (int connections : {1, 50, 1000})
    for (std::size_t payload : {std::size_t{64}, std::size_t{16384}})
      for (int depth : {1, 16})
        if (connections < 1000 || payload * static_cast<std::size_t>(depth) < 100'000)
          print_load({connections, payload, depth});
}

void compare_idle_crowds() {
  constexpr int idle = 10'000;
  if (!allow_descriptors(idle + 100)) {
    std::printf("   left out: this machine allows too few descriptors for %d connections\n", idle);
    return;
  }
  for (const Rival& rival : rivals()) {
    if (rival.name == "a thread each") continue;  // ten thousand threads are another experiment
    try {
      ServerUnderLoad server(rival.command);
      long before = server.resident_kib();
      Crowd crowd(server.port(), idle);
      Figures busy = crowd.measure({1, 64, 1}, 0.3);
      std::printf(
          "   %-15s taken in within %6.2f s, %5.1f KiB of the server's memory each, a busy one among them: p50 %6.0f "
          "us, p99 %6.0f us\n",
          rival.name.c_str(), crowd.seconds_to_connect(), static_cast<double>(server.resident_kib() - before) / idle,
          busy.p50_us, busy.p99_us);
    } catch (const std::exception& error) {
      std::printf("   %-15s %s\n", rival.name.c_str(), error.what());
    }
    std::fflush(stdout);
  }
}

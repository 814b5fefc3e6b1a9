#include "servers.hpp"

#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "findings.hpp"
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

// Alternating, so that what disturbs the machine for a while disturbs all of them.
constexpr int rounds = 5;
constexpr double seconds = 0.2;

struct Runs {
  std::vector<double> rate, p50, p99, work;  // work: messages in a second of the server's processor time
};

const char* aim_against(const std::string& rival) {
  if (rival == "poll by hand") return "aim > 0.95";
  if (rival == "epoll by hand") return "aim > 0.9";
  return rival == "asyncio" ? "aim > 1" : "";
}

std::string in_words(const Load& load) {
  return std::to_string(load.connections) + (load.connections == 1 ? " connection, " : " connections, ") +
         std::to_string(load.payload) + " bytes, " + std::to_string(load.depth) + " under way";
}

std::map<std::string, Runs> measure(const Load& load) {
  std::map<std::string, Runs> all;
  for (int round = 0; round < rounds; ++round)
    for (const Rival& rival : rivals()) {
      ServerUnderLoad server(rival.command);
      Crowd crowd(server.port(), load.connections);
      crowd.measure(load, seconds / 4);  // warm
      double used = server.processor_seconds();
      Figures figures = crowd.measure(load, seconds);
      used = server.processor_seconds() - used;
      Runs& runs = all[rival.name];
      runs.rate.push_back(figures.messages_a_second);
      runs.p50.push_back(figures.p50_us);
      runs.p99.push_back(figures.p99_us);
      runs.work.push_back(used > 0 ? static_cast<double>(figures.messages) / used : 0);
    }
  return all;
}

void print_load(const Load& load) {
  std::map<std::string, Runs> all = measure(load);
  const Runs& ours = all["the reference"];
  const std::string name = in_words(load);
  std::printf("   %-43s %9.0f/s p50 %6.0f us p99 %6.0f us ", name.c_str(), spread_of(ours.rate).median,
              spread_of(ours.p50).median, spread_of(ours.p99).median);
  std::string of_processor;
  for (const Rival& rival : rivals()) {
    if (rival.name == "the reference") continue;
    Spread rate = spread_of(ratios(ours.rate, all[rival.name].rate)), work = spread_of(ratios(ours.work, all[rival.name].work));
    std::printf(" %6s (%s)", shown(rate.median).c_str(), shown(work.median).c_str());
    keep_figure(name, rate, "", aim_against(rival.name), "Messages a second, against " + rival.name);
    if (rival.name.ends_with("by hand"))
      keep_figure(name, work, "", "", "Messages a second of the server's processor time, against " + rival.name);
  }
  std::printf("\n");
  std::fflush(stdout);
  keep_figure(name + ": messages a second of the reference", spread_of(ours.rate), "/s", "", "");
  keep_figure(name + ": p50", spread_of(ours.p50), "us", "", "");
  keep_figure(name + ": p99", spread_of(ours.p99), "us", "", "");
}

}  // namespace

void compare_servers() {
  allow_descriptors(4096);
  std::printf("   messages a second of the reference; as a ratio to (in brackets: in a second of the server's processor time):");
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
    return print_note("Left out: this machine allows too few descriptors for ten thousand connections.");
  }
  for (const Rival& rival : rivals()) {
    if (rival.name == "a thread each") continue;  // ten thousand threads are another experiment
    try {
      ServerUnderLoad server(rival.command);
      long before = server.resident_kib();
      Crowd crowd(server.port(), idle);
      Figures busy = crowd.measure({1, 64, 1}, 0.3);
      bool ours = rival.name == "the reference";
      print_figure(rival.name + ": takes them in within", crowd.seconds_to_connect(), "s", "", "Taking in 10,000");
      print_figure("  " + rival.name + ": its memory for each", static_cast<double>(server.resident_kib() - before) / idle,
                   "KiB", ours ? "aim < 10" : "", "Memory of the server for each of 10,000");
      print_figure("  " + rival.name + ": a busy one among them, p50", busy.p50_us, "us");
      print_figure("  " + rival.name + ": a busy one among them, p99", busy.p99_us, "us");
    } catch (const std::exception& error) {
      print_note(rival.name + ": " + error.what());
    }
  }
}

#include "trace.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <stdexcept>
#include <system_error>

#include "calls.hpp"
#include "chart.hpp"
#include "network.hpp"
#include "recording.hpp"
#include "subprocess.hpp"
#include "wire.hpp"

namespace {

std::uint64_t now() {
  return static_cast<std::uint64_t>(
      std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

// On this terminal and in our process group, so that a Ctrl-C reaches it as if it had been started by hand.
pid_t start_here(const TraceOptions& options, const std::vector<std::string>& command,
                 const std::vector<std::string>& environment) {
  pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::system_category(), "fork");
  if (pid != 0) return pid;
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(number, SIG_DFL);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const char* others = std::getenv("PATH");
  ::setenv("PATH", (options.folder + ":" + (others == nullptr ? "/usr/bin:/bin" : others)).c_str(), 1);
  for (const std::string& setting : environment) ::putenv(const_cast<char*>(setting.c_str()));
  ::setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 0);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  std::fprintf(stderr, "grade: cannot run %s\n", arguments[0]);
  ::_exit(127);
}

bool has_ended(pid_t pid, int& status) {
  pid_t ended = ::waitpid(pid, &status, WNOHANG);
  return ended > 0 || (ended < 0 && errno != EINTR);
}

// Prints each call when it is over, and one that waits as soon as it does so.
class Printer {
 public:
  explicit Printer(std::uint64_t start) : start_(start) {}

  void update(const std::vector<harness::RecordedCall>& calls) {
    for (const harness::RecordedCall& call : calls) {
      bool waits = !call.finished() && now() > call.begun + 50'000'000;
      if (call.finished() && printed_.insert(call.number).second)
        print(waiting_.contains(call.number) ? call.ended : call.begun, in_words(call));
      else if (waits && waiting_.insert(call.number).second)
        print(call.begun, in_words(call));
    }
  }

 private:
  void print(std::uint64_t when, const std::string& text) const {
    std::fprintf(stderr, "%10.2f ms   %s\n", (static_cast<double>(when) - static_cast<double>(start_)) / 1e6,
                 text.c_str());
  }

  std::uint64_t start_;
  std::set<std::uint64_t> printed_, waiting_;
};

constexpr useconds_t pause_between_looks = 5'000;

// Until one can connect or send to it, it has ended, or 5 seconds are over.
void wait_until_reachable(pid_t pid, const harness::Recording& recording) {
  for (std::uint64_t limit = now() + 5'000'000'000U; now() < limit; ::usleep(pause_between_looks)) {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) return;
    std::set<int> datagram_sockets;
    for (const harness::RecordedCall& call : recording.calls()) {
      if (call.name == "socket" && (call.asked & 0xf) == SOCK_DGRAM)
        datagram_sockets.insert(static_cast<int>(call.result));
      bool ready = call.name == "listen" || (call.name == "bind" && datagram_sockets.contains(call.fd));
      if (ready && call.finished() && call.result == 0) return;
    }
  }
}

void stop(pid_t pid) {
  int status = 0;
  ::kill(pid, SIGTERM);
  for (std::uint64_t limit = now() + 3'000'000'000U; now() < limit; ::usleep(pause_between_looks))
    if (has_ended(pid, status)) return;
  ::kill(pid, SIGKILL);
  ::waitpid(pid, &status, 0);
}

// A shell is named after the last program that it runs: `sh -c "echo one | feed_server ..."`.
std::string name_of(const std::vector<std::string>& command) {
  std::string name = command.front();
  if (name == "sh" && command.size() > 2) {
    name = command[2].substr(command[2].find_last_of("|;&") + 1);
    name.erase(0, name.find_first_not_of(' '));
    name = name.substr(0, name.find(' '));
  }
  return name.substr(name.rfind('/') + 1);
}

void write(const std::string& path, const std::string& text) {
  if (path.empty()) return;
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

void show(const Chart& chart, const TraceOptions& options) {
  if (chart.rows.empty()) return;
  std::fprintf(stderr, "\n%s", as_text(chart).c_str());
  write(options.svg, as_svg(chart));
  write(options.text, as_text(chart));
}

int trace_one(const TraceOptions& options) {
  harness::Recording recording(SOCKET_LABS_RECORDER);
  std::uint64_t start = now();
  pid_t pid = start_here(options, options.commands[0], recording.environment());
  Printer printer(start);
  int status = 0;
  for (bool ended = false; !ended;) {
    ended = has_ended(pid, status);
    printer.update(recording.calls());
    if (!ended) ::usleep(2 * pause_between_looks);
  }
  if (!recording.loaded())
    std::fprintf(stderr,
                 "grade: there is no record: the recorder could not be loaded (is the program linked statically?)\n");
  show(chart_of(Lane{name_of(options.commands[0]), recording.calls()}, start), options);
  return exit_status(status);
}

int trace_two(const TraceOptions& options) {
  if (harness::enter_private_network() == harness::Network::own) harness::start_capture();
  harness::Recording of_first(SOCKET_LABS_RECORDER), of_second(SOCKET_LABS_RECORDER);
  std::uint64_t start = now();
  pid_t first = start_here(options, options.commands[0], of_first.environment());
  wait_until_reachable(first, of_first);
  pid_t second = start_here(options, options.commands[1], of_second.environment());
  int status = 0;
  while (!has_ended(second, status)) ::usleep(pause_between_looks);
  stop(first);
  show(chart_of(Lane{name_of(options.commands[1]), of_second.calls()},
                Lane{name_of(options.commands[0]), of_first.calls()}, harness::seen_packets(), start),
       options);
  return exit_status(status);
}

}  // namespace

int trace(const TraceOptions& options) {
  std::string path = options.folder + "/" + options.commands[0].front();
  if (options.commands.size() == 1 && ::access(path.c_str(), X_OK) != 0)
    throw std::runtime_error("there is no program " + path);
  // The program ends by Ctrl-C; we stay to draw the chart.
  ::signal(SIGINT, SIG_IGN);
  return options.commands.size() == 1 ? trace_one(options) : trace_two(options);
}

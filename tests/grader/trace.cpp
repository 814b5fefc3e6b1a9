#include "trace.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <set>
#include <stdexcept>
#include <system_error>

#include "calls.hpp"
#include "chart.hpp"
#include "recording.hpp"
#include "subprocess.hpp"

namespace {

std::uint64_t now() {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

// On this terminal and in our process group, so that a Ctrl-C reaches it as if it had been started by hand.
pid_t start_here(const std::string& path, const std::vector<std::string>& command, const std::vector<std::string>& environment) {
  pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::system_category(), "fork");
  if (pid != 0) return pid;
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(number, SIG_DFL);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const std::string& setting : environment) ::putenv(const_cast<char*>(setting.c_str()));
  ::setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 0);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(path.c_str(), arguments.data());
  std::fprintf(stderr, "grade: cannot run %s\n", path.c_str());
  ::_exit(127);
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
    std::fprintf(stderr, "%10.2f ms   %s\n", (static_cast<double>(when) - static_cast<double>(start_)) / 1e6, text.c_str());
  }

  std::uint64_t start_;
  std::set<std::uint64_t> printed_, waiting_;
};

}  // namespace

int trace(const TraceOptions& options) {
  std::string path = options.folder + "/" + options.command.front();
  if (::access(path.c_str(), X_OK) != 0) throw std::runtime_error("there is no program " + path);
  harness::Recording recording(SOCKET_LABS_RECORDER);
  std::uint64_t start = now();
  // The program ends by Ctrl-C; we stay to draw the chart.
  ::signal(SIGINT, SIG_IGN);
  pid_t pid = start_here(path, options.command, recording.environment());
  Printer printer(start);
  int status = 0;
  for (pid_t ended = 0; ended == 0;) {
    ended = ::waitpid(pid, &status, WNOHANG);
    if (ended < 0 && errno == EINTR) ended = 0;
    printer.update(recording.calls());
    if (ended == 0) ::usleep(10'000);
  }
  auto calls = recording.calls();
  if (!recording.loaded()) std::fprintf(stderr, "grade: there is no record: the recorder could not be loaded (is the program linked statically?)\n");
  if (!calls.empty()) {
    auto events = events_of(calls, start);
    std::fprintf(stderr, "\n%s", chart_as_text(events, options.command.front()).c_str());
    if (!options.svg.empty()) {
      std::ofstream file(options.svg);
      file << chart_as_svg(events, options.command.front());
      if (!file.flush()) throw std::runtime_error("cannot write " + options.svg);
    }
  }
  return exit_status(status);
}

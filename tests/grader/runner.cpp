#include "runner.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <map>
#include <sstream>
#include <thread>

#include "json.hpp"
#include "pressure.hpp"
#include "process_tree.hpp"
#include "subprocess.hpp"

namespace {

using Clock = std::chrono::steady_clock;

// In Catch2's language of test specifications these characters mean something.
std::string exactly(const std::string& name) {
  std::string spec;
  for (char c : name) {
    if (c == ',' || c == '[' || c == ']' || c == '*' || c == '"' || c == '\\' || c == '~') spec += '\\';
    spec += c;
  }
  return spec;
}

struct Running {
  Job* job;
  Subprocess process;
  Clock::time_point started;
  std::string output;
  bool killed = false;
  bool judged = false;                     // and on its way out
  double pressure = processor_pressure();  // when it was started
};

// The line that says what became of the test is whole. What its process does after it, some 30 ms for the kernel to
// clear its capture away, nobody needs to wait for.
bool has_told(const Running& running) {
  std::size_t line = running.output.find("{\"event\":\"end\"");
  return line != std::string::npos && running.output.find('\n', line) != std::string::npos;
}

Result result_from(const Running& running, int status) {
  Result result;
  result.seconds = std::chrono::duration<double>(Clock::now() - running.started).count();
  std::istringstream lines(running.output);
  for (std::string line; std::getline(lines, line);) {
    harness::Json json = harness::Json::parse(line);
    if (json["event"].text() != "end" || json["name"].text() != running.job->test->name) continue;
    result.state = json["state"].text();
    result.failure = json["failure"].text();
    result.waited = json["waited"].number();
    result.late = json["late"].number() != 0;
    result.kept_waiting = json["kept_waiting"].number();
    // Whoever is late may have waited for somebody who is gone, and took the knowledge of that wait along. Where all of
    // the time somebody waits, on the whole machine, it may have been ours.
    constexpr double nearly_all = 0.8;
    double pressure = processor_pressure() - running.pressure;
    if (result.late && pressure > nearly_all * result.seconds)
      result.kept_waiting = std::max(result.kept_waiting, pressure);
    for (const harness::Json& detail : json["details"].items())
      if (detail.items().size() == 2) result.details.emplace_back(detail.items()[0].text(), detail.items()[1].text());
    return result;
  }
  // No end line: the test process itself was ended. That earns nothing, whoever did it.
  result.state = running.killed ? "timed out" : "crashed";
  result.failure = running.killed ? "the test took too long and was ended" : "the test itself was ended";
  result.details.emplace_back("the test", result.failure + " (status " + std::to_string(status) + ")");
  return result;
}

class Pool {
 public:
  Pool(std::vector<Job>& jobs, const RunOptions& options, const std::function<void(const Job&)>& finished)
      : jobs_(jobs), options_(options), finished_(finished) {
    workers_ = options.workers != 0 ? options.workers : usual_workers();
    for (Job& job : jobs_) by_id_[{job.programs, job.test->id}] = &job;
    for (Job& job : jobs_)
      if (!job.done) waiting_.push_back(&job);
    // The others run beside those that wait; begun last, these would be waited for alone in the end.
    std::stable_partition(waiting_.begin(), waiting_.end(), [](const Job* job) { return job->test->waits; });
  }

  void run() {
    while (!waiting_.empty() || !running_.empty()) {
      start_what_can_be_started();
      if (!running_.empty()) wait_for_output();
    }
  }

 private:
  std::size_t under_way() const {
    return static_cast<std::size_t>(
        std::count_if(running_.begin(), running_.end(), [](const Running& running) { return !running.judged; }));
  }

  // Starts jobs whose needs have passed, in order; blocks those whose needs have not.
  void start_what_can_be_started() {
    for (bool changed = true; changed;) {
      changed = false;
      for (auto next = waiting_.begin(); next != waiting_.end() && under_way() < workers_;) {
        Job& job = **next;
        auto [ready, blocker] = needs_of(job);
        if (!ready) {
          ++next;
          continue;
        }
        next = waiting_.erase(next);
        changed = true;
        if (blocker == nullptr) {
          start_job(job);
        } else {
          // What a blocked test has to say is what its need said: the part is not started, or the program does not
          // build.
          job.result.state = blocker->result.state == "not started" ? "not started" : "blocked";
          job.result.failure = "needs " + blocker->test->id + " to pass first";
          finish(job);
        }
      }
    }
  }

  std::pair<bool, const Job*> needs_of(const Job& job) const {
    for (const std::string& need : job.test->needs) {
      auto found = by_id_.find({job.programs, need});
      if (found == by_id_.end()) continue;
      if (!found->second->done) return {false, nullptr};
      if (!found->second->result.passed()) return {true, found->second};
    }
    return {true, nullptr};
  }

  void start_job(Job& job) {
    std::vector<std::string> command{job.lab->test_program(),
                                     exactly(job.test->name),
                                     "-r",
                                     "jsonl",
                                     "--programs",
                                     job.programs,
                                     "--speed-factor",
                                     std::to_string(options_.speed_factor * job.stretch)};
    if (options_.shared_network) command.push_back("--shared-network");
    if (!options_.record) command.push_back("--no-record");
    if (!options_.contained.empty())
      command.insert(command.end(), {"--contained", options_.contained, "--user", std::to_string(options_.user)});
    if (!options_.contained.empty())
      for (const std::string& folder : options_.hidden) command.insert(command.end(), {"--hidden", folder});
    if (!options_.fault.empty()) command.insert(command.end(), {"--fault", options_.fault});
    if (options_.seed != 0) command.insert(command.end(), {"--rng-seed", std::to_string(options_.seed)});
    if (!options_.captures.empty()) command.insert(command.end(), {"--captures", options_.captures});
    running_.push_back({&job, start(command, false), Clock::now(), "", false});
  }

  void wait_for_output() {
    std::vector<pollfd> fds;
    for (const Running& running : running_) fds.push_back({running.process.output, POLLIN, 0});
    ::poll(fds.data(), fds.size(), 500);
    for (std::size_t i = running_.size(); i-- > 0;) {
      Running& running = running_[i];
      if (fds[i].revents != 0 && !read_some(running)) {
        int status = reap(running);
        if (!running.judged) judge(running, status);
        running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      } else if (!running.judged && has_told(running)) {
        running.judged = true;
        judge(running, 0);
      } else if (!running.killed && is_over_time(running)) {
        running.killed = true;
        harness::kill_family(running.process.pid);
      }
    }
  }

  // The speed factor was measured before; what a test of ours has waited for a processor since does not count either,
  // up to a bound, since a program that hangs may do so in a hundred threads that all want to run.
  bool is_over_time(const Running& running) const {
    using Seconds = std::chrono::duration<double>;
    Seconds taken = Clock::now() - running.started, limit(60 * options_.speed_factor * running.job->stretch);
    if (taken <= limit) return false;
    Seconds waited(harness::processor_time(running.process.pid).kept_waiting / 1e9);
    return taken > limit + std::min(waited, 9 * limit);
  }

  static bool read_some(Running& running) {
    std::array<char, 65536> buffer;
    ssize_t n = ::read(running.process.output, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) return true;
    if (n <= 0) return false;
    if (running.output.size() < 4 * 1024 * 1024) running.output.append(buffer.data(), static_cast<std::size_t>(n));
    return true;
  }

  static int reap(const Running& running) {
    ::close(running.process.output);
    int status = 0;
    while (::waitpid(running.process.pid, &status, 0) < 0 && errno == EINTR) {
    }
    return exit_status(status);
  }

  void judge(const Running& running, int status) {
    Job& job = *running.job;
    job.result = result_from(running, status);
    if (is_doubtful(job)) {
      job.stretch *= 2;
      waiting_.push_back(&job);
      return;
    }
    if (job.stretch > 1 && !job.result.passed())
      job.result.details.emplace_back("tried again", "since the machine was busy; the last time with limits up to " +
                                                         std::to_string(static_cast<int>(job.stretch)) +
                                                         " times as long, and this is what came of it");
    finish(job);
  }

  // True when the machine may be to blame, and there is something left to try.
  bool is_doubtful(const Job& job) const {
    constexpr double much = 0.5;  // seconds, on a machine of usual speed
    const Result& result = job.result;
    bool may_be_late = result.state == "timed out" || (job.test->waits && result.state == "wrong");
    double most_stretch = result.late ? 4 : may_be_late ? 2 : 1;
    return result.kept_waiting > much * options_.speed_factor && job.stretch < most_stretch;
  }

  void finish(Job& job) {
    job.done = true;
    finished_(job);
  }

  std::vector<Job>& jobs_;
  const RunOptions& options_;
  const std::function<void(const Job&)>& finished_;
  std::size_t workers_;
  std::map<std::pair<std::string, std::string>, Job*> by_id_;
  std::vector<Job*> waiting_;
  std::vector<Running> running_;
};

}  // namespace

std::size_t usual_workers() { return std::max(8U, 4 * std::thread::hardware_concurrency()); }

void run(std::vector<Job>& jobs, const RunOptions& options, const std::function<void(const Job&)>& finished) {
  Pool(jobs, options, finished).run();
}

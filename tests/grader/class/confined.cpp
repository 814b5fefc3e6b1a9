#include "confined.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "apart.hpp"
#include "fence.hpp"
#include "process_tree.hpp"
#include "subprocess.hpp"

namespace classroom {
namespace {

using Moment = std::chrono::steady_clock::time_point;

constexpr int look_milliseconds = 50, idle_looks = 20;

void limit_to(int resource, std::size_t most) {
  rlimit value{most, most};
  ::setrlimit(static_cast<__rlimit_resource_t>(resource), &value);
}

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& s : strings) pointers.push_back(const_cast<char*>(s.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// A compiler's driver tells that a program of its own was killed, and then just fails. It says so last of all and
// without a place in the source, unlike what a source can make it say.
bool tells_of_a_kill(std::string output) {
  auto take_last_line = [&output] {
    output.resize(output.find_last_not_of('\n') + 1);
    std::size_t begin = output.rfind('\n') + 1;
    std::string line = output.substr(begin);
    output.resize(begin);
    return line;
  };
  std::string line = take_last_line();
  if (line == "compilation terminated.") line = take_last_line();
  std::string who = line.substr(0, line.find(':')), what = line.substr(who.size());
  return who.find_first_of("/ |") == std::string::npos &&
         (what.starts_with(": fatal error: Killed signal terminated program ") ||
          what == ": fatal error: ld terminated with signal 9 [Killed]" ||
          what == ": error: unable to execute command: Killed");
}

class Runs {
 public:
  Runs(const std::vector<Confined>& all, std::size_t at_once)
      : all_(all), at_once_(std::max<std::size_t>(at_once, 1)), ended_(all.size()) {}

  std::vector<Ended> run() {
    while (next_ < all_.size() || !running_.empty()) {
      while (next_ < all_.size() && running_.size() < at_once_) begin(next_++);
      look();
    }
    return std::move(ended_);
  }

 private:
  struct One {
    std::size_t index;
    pid_t pid;
    int output;
    Moment until;
    std::size_t read = 0;
    int idle = 0;  ///< looks in a row at which none of it had anything to do
  };

  void begin(std::size_t index) {
    const Confined& what = all_[index];
    harness::Fence fence;
    for (const std::string& path : what.readable) fence.allow_reading(path);
    for (const std::string& path : what.writable) fence.allow_writing(path);
    std::vector<std::string> environment{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=" + what.folder,
                                         "TMPDIR=" + what.folder};
    auto arguments = pointers_to(what.command), settings = pointers_to(environment);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::system_category(), "pipe");
    pid_t parent = ::getpid(), pid = ::fork();
    if (pid < 0) throw std::system_error(errno, std::system_category(), "fork");
    if (pid == 0) {
      ::setsid();
      int nothing = ::open("/dev/null", O_RDWR);
      ::dup2(nothing, 0);
      ::dup2(ends[1], 1);
      ::dup2(what.only_stdout ? nothing : ends[1], 2);
      ::syscall(SYS_close_range, 3U, ~0U, 4U);  // at exec
      // The soft limit tells what it is (SIGXCPU), the hard one just kills.
      rlimit processor{what.processor_seconds, what.processor_seconds + 1};
      ::setrlimit(RLIMIT_CPU, &processor);
      limit_to(RLIMIT_AS, what.memory << 20);
      limit_to(RLIMIT_FSIZE, what.file << 20);
      limit_to(RLIMIT_CORE, 0);
      limit_to(RLIMIT_NOFILE, 256);
      if (::chdir(what.folder.c_str()) != 0 || !harness::become_other_user(what.user)) ::_exit(126);
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(126);
      if (!fence.enter()) ::_exit(126);
      ::execve(arguments[0], arguments.data(), settings.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    running_.push_back({index, pid, ends[0], std::chrono::steady_clock::now() + std::chrono::seconds(what.seconds)});
  }

  void look() {
    std::vector<pollfd> fds;
    for (const One& one : running_) fds.push_back({one.output, POLLIN, 0});
    ::poll(fds.data(), fds.size(), look_milliseconds);
    for (std::size_t i = running_.size(); i-- > 0;) {
      One& one = running_[i];
      const Confined& what = all_[one.index];
      Ended& ended = ended_[one.index];
      bool over = false;
      if (fds[i].revents != 0) {
        std::array<char, 65536> buffer;
        ssize_t n = ::read(one.output, buffer.data(), buffer.size());
        over = n == 0 || (n < 0 && errno != EINTR);
        if (n > 0) {
          one.read += static_cast<std::size_t>(n);
          ended.output.append(buffer.data(), std::min(static_cast<std::size_t>(n),
                                                      what.output - std::min(what.output, ended.output.size())));
        }
      }
      if (!over && ended.cut.empty()) {
        if (auto now = std::chrono::steady_clock::now(); now > one.until) {
          // On a busy machine it may have had no processor for long; then the limit on processor time is what counts.
          one.idle = harness::nobody_runs(one.pid) ? one.idle + 1 : 0;
          if (one.idle >= idle_looks)
            ended.cut = "it waited, for longer than " + std::to_string(what.seconds) + " seconds";
          ended.killed = now > one.until + 20 * std::chrono::seconds(what.seconds);
        }
        if (one.read > 64 * what.output) ended.cut = "it said more than anybody can read";
        if (what.too_much && what.too_much()) ended.cut = "it made too many files, or too large ones";
        if (!ended.cut.empty() || ended.killed) harness::kill_family(one.pid);
      }
      if (over) {
        finish(one);
        running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
  }

  void finish(const One& one) {
    ::close(one.output);
    int status = 0;
    rusage used{};
    while (::wait4(one.pid, &status, 0, &used) < 0 && errno == EINTR) {
    }
    Ended& ended = ended_[one.index];
    ended.status = exit_status(status);
    // The hard limit on processor time kills, too; it is ours.
    auto seconds = static_cast<std::size_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
    ended.killed = ended.cut.empty() && seconds < all_[one.index].processor_seconds &&
                   (ended.status == 128 + SIGKILL || tells_of_a_kill(ended.output));
    if (ended.cut.empty() && ended.status == 128 + SIGXCPU)
      ended.cut =
          "it used more than " + std::to_string(all_[one.index].processor_seconds) + " seconds of the processor";
    if (ended.cut.empty() && ended.status == 128 + SIGXFSZ)
      ended.cut = "it wrote a file larger than " + std::to_string(all_[one.index].file) + " MiB";
    harness::kill_family(one.pid);
  }

  const std::vector<Confined>& all_;
  std::size_t at_once_, next_ = 0;
  std::vector<Ended> ended_;
  std::vector<One> running_;
};

}  // namespace

std::vector<Ended> run_confined(const std::vector<Confined>& all, std::size_t at_once) {
  return Runs(all, at_once).run();
}

}  // namespace classroom

#include "subprocess.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "process_tree.hpp"

namespace {

extern "C" void interrupted(int number) {
  // Not everything in here is on the list of signal-safety(7), but the process ends with it, and no other thread
  // runs. What matters is that no test and no learner's program outlives us.
  harness::kill_all_descendants();
  ::_exit(128 + number);
}

}  // namespace

Subprocess start(const std::vector<std::string>& command, bool with_errors) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::system_category(), "pipe");
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);

  pid_t parent = ::getpid();
  pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::system_category(), "fork");
  if (pid == 0) {
    ::setsid();  // also a processor share of its own beside the learners' programs: autogroup, sched(7)
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, 0);
    ::dup2(ends[1], 1);
    if (with_errors) ::dup2(ends[1], 2);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  return {pid, ends[0]};
}

int exit_status(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

Captured capture(const std::vector<std::string>& command) {
  Subprocess child = start(command, true);
  Captured result;
  std::array<char, 65536> buffer;
  ssize_t n;
  while ((n = ::read(child.output, buffer.data(), buffer.size())) > 0 || (n < 0 && errno == EINTR))
    if (n > 0) result.output.append(buffer.data(), static_cast<std::size_t>(n));
  ::close(child.output);
  int status = 0;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  result.status = exit_status(status);
  return result;
}

void end_children_on_interrupt() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  struct sigaction action {};
  action.sa_handler = interrupted;
  ::sigfillset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGHUP, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

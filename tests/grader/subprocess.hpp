#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

/// A program that `grade` itself starts: a test, or the build.
struct Subprocess {
  pid_t pid = -1;
  int output = -1;  ///< read end of a pipe with its stdout (and stderr, if that was asked for)
};

/// Starts `command` in a session of its own (setsid(2)), so that a Ctrl-C reaches `grade` alone, which then ends it,
/// and so that the tests do not share among all of them what a single learner's program gets of the processors, where
/// the kernel deals these out by session (autogroup, sched(7)). It is ended when `grade` dies.
/// \throws std::system_error when it cannot be started
Subprocess start(const std::vector<std::string>& command, bool with_errors);

struct Captured {
  int status = 0;  ///< exit status, or 128 + signal
  std::string output;
};

/// Runs `command` to its end and keeps what it wrote on stdout and stderr.
Captured capture(const std::vector<std::string>& command);

/// The exit status of a wait status, or 128 + signal.
int exit_status(int wait_status);

/// Makes SIGINT and SIGTERM end `grade` after everything that it started; nothing is left behind.
void end_children_on_interrupt();

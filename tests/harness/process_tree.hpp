#pragma once
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What /proc tells about a program and everything it has started (proc(5)).
namespace harness {

/// The processes whose chain of parents leads to `root`, `root` itself first. Those that were adopted by this
/// process (we are a subreaper, PR_SET_CHILD_SUBREAPER) count when they are still in `root`'s session. `root` is this
/// process or descends from it.
std::vector<pid_t> family(pid_t root);

/// Ends `root` and its family with SIGKILL, again and again until none is left, and reaps what is ours to reap.
void kill_family(pid_t root);

/// Ends every process that this one is an ancestor of. For the end of a test case.
void kill_all_descendants();

/// The state letter of proc(5): R running, S sleeping, T stopped, Z zombie ...; 0 when there is no such process.
char process_state(pid_t pid);

/// True when no thread of the family is running or about to: all wait for something, are stopped or have ended.
bool nobody_runs(pid_t root);

/// How many descriptors the family of `root` has open.
std::size_t open_descriptors(pid_t root);

/// Finished children that nobody has waited for.
std::size_t zombies(pid_t root);

/// Processes and threads of our own user, on the whole machine.
std::size_t processes_of_our_user();

/// Resident memory of the family in KiB.
std::size_t resident_kib(pid_t root);

/// The same, but what several of the family share counts once among them (Pss in proc_pid_smaps(5)). It takes long to
/// find out, some milliseconds a process.
std::size_t proportional_kib(pid_t root);

/// Resident memory of this one process in KiB; 0 when there is no such process.
std::size_t resident_kib_of(pid_t pid);

/// What a processor gave to threads and what it withheld, in nanoseconds (schedstat in proc(5)).
struct ProcessorTime {
  double ran = 0;           ///< On a processor.
  double kept_waiting = 0;  ///< Ready to run while others ran.
};

/// Of all threads of the family, living ones alone.
ProcessorTime processor_time(pid_t root);

/// Of this one process, which may have ended if nobody has reaped it yet.
ProcessorTime processor_time_of(pid_t pid);

/// Processor time that the family has used, in milliseconds.
std::uint64_t processor_ms(pid_t root);

/// The address of a socket on which the family can be reached, TCP first, in the form `127.0.0.1:80`, if there is one.
std::optional<std::string> listening_socket(pid_t root);

/// The same, of UDP sockets alone. It is quicker: the kernel's table of TCP connections has many thousands of empty
/// rows.
std::optional<std::string> receiving_socket(pid_t root);

}  // namespace harness

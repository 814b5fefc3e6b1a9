#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>

// What a program takes of the machine, its whole family counted.
namespace harness {

class Program;

/// How long the programs of this test and the test itself have waited for a processor so far, all threads together:
/// they could have run, and the machine ran something else.
std::chrono::nanoseconds kept_waiting();

/// Counts kept_waiting() from now on: another test begins.
void forget_kept_waiting();

/// Adds the wait of a program that has ended and not been reaped, which nobody can ask for later.
void note_kept_waiting(pid_t ended);

/// The share of a core that the family of `root` takes when there is nothing to do, if it is more than `share`: of the
/// time in which it could have run. What a busy machine kept it waiting for a processor does not count. A look takes
/// 0.15 s and goes on, up to a second more, until it has found too much or nobody of the family runs. The third that
/// finds too much decides.
std::optional<double> share_beyond(double share, pid_t root);

/// True when there is no such share of the program; tells the story if not. To start is work: ask when the program has
/// shown that it is up, by a datagram, an answer, a listening socket.
bool takes_at_most_of_a_core(double share, const Program& program);

/// True when `pid` runs with a sanitizer, which reserves terabytes of addresses for its notes.
bool is_sanitized(pid_t pid);

/// True when `pid` runs with the thread sanitizer, which keeps notes of threads that have ended.
bool has_thread_sanitizer(pid_t pid);

/// How many KiB the program may grow where a plain build may grow `kib`: a sanitizer keeps what has been freed for a
/// while, and puts borders around what is in use.
std::size_t allowed_growth_kib(const Program& program, std::size_t kib);

}  // namespace harness

#pragma once
#include <functional>
#include <string>

#include "clock.hpp"
#include "program.hpp"

// How limits of time are judged: not reached before 0.9 T, acted on before T + 1 s, and that second stretches with
// speed_factor(). Lower bounds are strict, since no load makes a clock run fast; upper bounds are loose. Load may also
// come in the middle of a test: so a failure says whether it was time that decided (Story), and how long everybody was
// kept_waiting() for a processor, and whoever runs the tests may try again with more of it.
namespace harness {

/// A time in which the test itself has to act: longer on a slow machine.
Milliseconds stretched(int milliseconds);

/// The latest moment at which what is due after `limit` counts as on time.
Milliseconds latest_after(Milliseconds limit);

/// True when what was due `limit` after `start` has not come in time.
bool is_overdue(std::chrono::steady_clock::time_point start, Milliseconds limit);

/// True when `took` is no less than 0.9 `limit` and no more than latest_after(limit); tells the story if not.
/// \param what for the message: "the second try came"
bool is_on_time(std::chrono::steady_clock::duration took, Milliseconds limit, const std::string& what);

/// The same without a lower bound.
bool is_no_later(std::chrono::steady_clock::duration took, Milliseconds limit, const std::string& what);

/// True when the program ends after `limit`, counted from its start, and on time; tells the story if not. One that
/// hangs is not waited for much longer than that. Of several, ask for the one that must end first, first.
bool ends_after(Program& program, Milliseconds limit);

/// True when the program ends within `limit` (and a second) after `since`; tells the story if not.
bool ends_within(Program& program, Milliseconds limit, std::chrono::steady_clock::time_point since);

/// Does `action` now and every `interval`, until the program has ended or its end, due at an age of `limit`, is
/// overdue.
void keep_doing(Program& program, Milliseconds interval, Milliseconds limit, const std::function<void()>& action);

/// Lets time pass until `moment`, or until the program has ended. For what takes place at a given time; never for
/// something to happen.
void pass_time(const Program& program, std::chrono::steady_clock::time_point moment);

}  // namespace harness

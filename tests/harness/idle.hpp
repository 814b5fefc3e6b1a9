#pragma once
#include "clock.hpp"
#include "program.hpp"

namespace harness {

/// True when the program and everything that it has started use less than a tenth of a core while nothing happens;
/// tells the story if not.
///
/// Looked at for `window`, and judged by the time in which it could have run: time that a busy machine kept it waiting
/// for a processor does not count.
bool waits_quietly(const Program& program, Milliseconds window = Milliseconds(300));

}  // namespace harness

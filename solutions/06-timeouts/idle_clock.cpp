#include "idle_clock.hpp"

#include "error.hpp"

void IdleClock::accepted() { deadline_ = net::Deadline::after(limit_); }

// A frame that begins has the limit for itself, and its further bytes do not move that. A frame that is complete ends
// a silence; what has arrived behind it is a frame that begins.
void IdleClock::received(bool began_frame, std::size_t completed) {
  if (began_frame || completed > 0) deadline_ = net::Deadline::after(limit_);
}

// While answers wait, a client must take something within the limit. With the last of them its silence begins.
void IdleClock::sent() { deadline_ = net::Deadline::after(limit_); }

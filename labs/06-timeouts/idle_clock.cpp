#include "idle_clock.hpp"

#include "error.hpp"

void IdleClock::accepted() {
  net::not_written("06.7 close who is silent", limit_);
}

// A frame that begins has the limit for itself, and its further bytes do not move that. A frame that is complete ends
// a silence; what has arrived behind it is a frame that begins.
void IdleClock::received(bool began_frame, std::size_t completed) {
  net::not_written("06.8 a frame must be complete in time", limit_, began_frame, completed);
}

// While answers wait, a client must take something within the limit. With the last of them its silence begins.
void IdleClock::sent() {
  net::not_written("06.9 answers must be taken", limit_);
}

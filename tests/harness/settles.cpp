#include "settles.hpp"

#include <unistd.h>

#include "clock.hpp"
#include "story.hpp"

namespace harness {

bool settles_at_most(std::size_t limit, const std::function<std::size_t()>& measure, const std::string& what) {
  Deadline deadline(patience());
  std::size_t value = measure();
  // Nothing tells us when a number in /proc changes, so this looks again until it fits.
  for (; value > limit && !deadline.passed(); value = measure()) ::usleep(2000);
  if (value <= limit) return true;
  Story::current().mismatch("at most " + std::to_string(limit) + " " + what, std::to_string(value));
  return false;
}

}  // namespace harness

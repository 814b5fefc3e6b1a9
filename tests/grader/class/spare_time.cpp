#include "spare_time.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "files.hpp"

namespace classroom {
namespace {

struct Ticks {
  double all = 0, idle = 0;
};

// The first line: "cpu", then user, nice, system, idle, iowait, irq, softirq, steal; what follows is in the first two
// already.
Ticks ticks_in(const std::string& text) {
  std::istringstream line(text.substr(0, text.find('\n')));
  std::string word;
  line >> word;
  Ticks ticks;
  double number = 0;
  for (int column = 0; column < 8 && line >> number; ++column) {
    ticks.all += number;
    if (column == 3 || column == 4) ticks.idle += number;
  }
  return ticks;
}

std::string statistics() { return harness::text_if_any("/proc/stat"); }

}  // namespace

double spare_share(const std::string& before, const std::string& after) {
  Ticks first = ticks_in(before), last = ticks_in(after);
  return last.all > first.all ? (last.idle - first.idle) / (last.all - first.all) : 0;
}

std::size_t suited(std::size_t at_once, double spare, std::size_t least, std::size_t most) {
  constexpr double enough_for_one_more = 0.3, next_to_nothing = 0.05;
  if (spare > enough_for_one_more) return std::min(at_once + 1, most);
  if (spare < next_to_nothing) return std::max(at_once - 1, least);
  return at_once;
}

SpareTime::SpareTime() : before_(statistics()) {}

double SpareTime::share() {
  std::string now = statistics();
  return spare_share(std::exchange(before_, now), now);
}

}  // namespace classroom

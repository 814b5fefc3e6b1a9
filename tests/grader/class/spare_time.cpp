#include "spare_time.hpp"

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

SpareTime::SpareTime() : before_(statistics()) {}

double SpareTime::share() {
  std::string now = statistics();
  return spare_share(std::exchange(before_, now), now);
}

}  // namespace classroom

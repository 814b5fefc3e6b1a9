// What the helper costs more than the bare calls.
#include "common_cost.hpp"

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "findings.hpp"
#include "subprocess.hpp"

namespace {

struct Counted {
  std::string call;
  double net = 0, bare = 0;
};

struct Found {
  std::vector<double> net, bare;  // nanoseconds
  std::vector<Counted> steps, counted;
  std::string uncounted;
};

Found measure() {
  Captured run = capture({COMMON_CALLS});
  if (run.status != 0) throw std::runtime_error(run.output);
  Found found;
  std::istringstream lines(run.output);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kind;
    Counted one;
    words >> kind;
    if (kind == "steps") words >> one.call;
    words >> one.net >> one.bare;
    if (kind == "time") found.net.push_back(one.net), found.bare.push_back(one.bare);
    if (kind == "steps") found.steps.push_back(one);
    if (kind == "counted") found.counted.push_back(one);
    if (kind == "uncounted") found.uncounted = line.substr(line.find(' ') + 1);
  }
  return found;
}

void print_times(const Found& found) {
  std::vector<double> all = ratios(found.net, found.bare);
  print_figure("a send and a recv of one byte over loopback, bare calls", spread_of(found.bare), "ns");
  print_figure("  by net::Socket, as a ratio, processor time", spread_of(all), "", "aim < 1.02");
}

void print_steps(const Found& found) {
  if (found.steps.empty()) return print_note("Instructions are not counted: nobody may trace a program here (ptrace).");
  double more = 0;
  for (const Counted& one : found.steps) {
    print_figure("instructions of the program in one ::" + one.call, one.bare, "");
    print_figure("  in one net::Socket::" + one.call, one.net, "");
    more += one.net - one.bare;
  }
  // A processor does two to four in a nanosecond: this is more than it can be.
  print_figure("  the instructions more, at one a nanosecond, of the time of both calls",
               100 * more / spread_of(found.bare).median, "%", "aim < 2");
}

void print_counted(const Found& found) {
  if (!found.uncounted.empty())
    return print_note("The kernel's instructions are not counted: perf_event_open says \"" + found.uncounted + "\".");
  for (const Counted& one : found.counted) {
    print_figure("instructions of a send and a recv, the kernel's with them, bare calls", one.bare, "");
    print_figure("  by net::Socket, as a ratio", one.net / one.bare, "", "aim < 1.02");
  }
}

}  // namespace

void time_common_calls() {
  Found found = measure();
  print_times(found);
  print_steps(found);
  print_counted(found);
}

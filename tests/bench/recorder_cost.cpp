// What the flight recorder costs.
#include "recorder_cost.hpp"

#include <cstdlib>
#include <string>
#include <vector>

#include "findings.hpp"
#include "recording.hpp"
#include "subprocess.hpp"
#include "timing.hpp"

namespace {

double microseconds_a_call(const std::vector<std::string>& environment) {
  std::vector<std::string> command{"env"};
  command.insert(command.end(), environment.begin(), environment.end());
  command.push_back(CALLS);
  return std::strtod(capture(command).output.c_str(), nullptr) / 1000;
}

}  // namespace

void time_recorded_calls() {
  harness::Recording recording(RECORDER);
  std::vector<double> without, more;
  for (int round = 0; round < 7; ++round) {
    without.push_back(microseconds_a_call({}));
    more.push_back(microseconds_a_call(recording.environment()) - without.back());
  }
  print_figure("a send or recv of one byte", spread_of(without), "us");
  print_figure("  more when it is recorded", spread_of(more), "us", "aim < 2");
}

void time_recorded_board() {
  const std::string grade = std::string(BUILD) + "/grade";
  std::vector<std::string> command{grade, "board", "lab02", "--solutions", "--speed-factor", "1"}, bare = command;
  bare.push_back("--no-record");
  must_run(command);
  auto times = take_turns(9, {{[&] { must_run(command); }}, {[&] { must_run(bare); }}});
  print_figure("the board of lab 02 without the recorder", spread_of(passed(times[1])), "s");
  print_figure("  as a ratio to that with it", spread_of(ratios(passed(times[0]), passed(times[1]))), "", "aim < 1.1",
               "The board with the recorder, against without");
  print_figure("  the same, processor time", spread_of(ratios(processor(times[0]), processor(times[1]))), "", "",
               "The board with the recorder, against without");
}

// What the flight recorder costs.
#include "recorder_cost.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "recording.hpp"
#include "subprocess.hpp"
#include "timing.hpp"

namespace {

// The fastest of several runs: what disturbs one from outside is not the recorder's.
double nanoseconds_a_call(const std::vector<std::string>& environment) {
  std::vector<std::string> command{"env"};
  command.insert(command.end(), environment.begin(), environment.end());
  command.push_back(CALLS);
  std::vector<double> all;
  for (int round = 0; round < 7; ++round) all.push_back(std::strtod(capture(command).output.c_str(), nullptr));
  return *std::min_element(all.begin(), all.end());
}

}  // namespace

void time_recorded_calls() {
  harness::Recording recording(RECORDER);
  double without = nanoseconds_a_call({}), with = nanoseconds_a_call(recording.environment());
  print_figure("a send or recv of one byte", without / 1000, "us", "");
  print_figure("  more when it is recorded", (with - without) / 1000, "us", "aim < 2");
}

void time_recorded_board() {
  const std::string grade = std::string(BUILD) + "/grade";
  std::vector<std::string> command{grade, "board", "lab02", "--solutions", "--speed-factor", "1"}, bare = command;
  bare.push_back("--no-record");
  must_run(command);
  double with = median_seconds(
             7, [] {}, [&] { must_run(command); }),
         without = median_seconds(
             7, [] {}, [&] { must_run(bare); });
  print_figure("the board of lab 02 without the recorder", without, "s", "");
  print_figure("  as a ratio to that with it", with / without, "", "aim < 1.1");
}

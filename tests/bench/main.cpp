// Prints how long what people wait for takes. Ratios from one run on a machine that does other things too.
#include <cstdio>
#include <exception>

#include "edit_loop.hpp"
#include "recorder_cost.hpp"
#include "subprocess.hpp"

int main() {
  try {
    end_children_on_interrupt();
    std::printf("\n From a saved change to the board\n\n");
    time_edit_loop();
    time_first_board();
    std::printf("\n The flight recorder\n\n");
    time_recorded_calls();
    time_recorded_board();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench: %s\n", error.what());
    return 1;
  }
}

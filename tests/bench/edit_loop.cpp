// The board of lab 02 when there is nothing to build, and when there is everything to build.
#include "edit_loop.hpp"

#include <filesystem>
#include <string>

#include "findings.hpp"
#include "timing.hpp"

namespace fs = std::filesystem;

void time_unchanged_board() {
  const std::string grade = std::string(BUILD) + "/grade";
  auto board = [&] { must_run({grade, "board", "lab02", "--solutions"}); };
  auto build_tool = [] { must_run({CMAKE, "--build", BUILD, "--target", "solutions-02"}); };
  board();
  auto times = take_turns(7, {{board}, {build_tool}});
  print_figure("nothing changed -> the whole board of lab 02", spread_of(passed(times[0])), "s", "aim < 0.8");
  print_figure("  its processor time", spread_of(processor(times[0])), "s");
  print_figure("  of which the build tool finds that nothing is to do", spread_of(passed(times[1])), "s");
}

void time_first_board() {
  const std::string folder = SCRATCH;
  auto configure = [&] {
    fs::remove_all(folder);
    must_run({CMAKE, "-S", SOURCE, "--preset", "lab02", "-B", folder});
  };
  auto times = take_turns(1, {{[&] { must_run({CMAKE, "--build", folder, "--target", "lab02"}); }, configure}});
  fs::remove_all(folder);
  print_figure("the first board of lab 02 after a fresh configure", times[0][0].passed, "s", "aim < 10");
  print_figure("  its processor time", times[0][0].processor, "s");
}

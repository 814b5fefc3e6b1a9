// Prints how long what people wait for takes. Ratios from one run on a machine that does other things too.
//
// bench-figures [PART[=SIZE]]...: all parts, or those that are named; class=10 is a trial with a class of ten
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "both_editions.hpp"
#include "class_speed.hpp"
#include "edit_loop.hpp"
#include "recorder_cost.hpp"
#include "servers.hpp"
#include "subprocess.hpp"
#ifdef WITH_TLS
#include "tls_servers.hpp"
#endif

namespace {

struct Part {
  std::string name, title;
  std::function<void()> run;
};

int class_size = 60;

const std::vector<Part> parts{
    {"edit", "From a saved change to the board", [] { time_edit_loop(), time_first_board(); }},
    {"class", "Grading a class of lab 02", [] { time_class(class_size); }},
    {"recorder", "The flight recorder", [] { time_recorded_calls(), time_recorded_board(); }},
    {"book", "The book", time_both_editions},
    {"servers", "Lab 04: persistent_server beside others", compare_servers},
    {"idle", "Lab 04: ten thousand idle connections", compare_idle_crowds},
#ifdef WITH_TLS
    {"tls", "Lab 07: tls_echo_server beside others", compare_tls_servers},
#endif
};

bool wanted(const Part& part, int argc, char** argv) {
  for (int i = 1; i < argc; ++i)
    if (part.name == argv[i] || std::string(argv[i]).starts_with(part.name + "=")) return true;
  return argc == 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    end_children_on_interrupt();
    for (int i = 1; i < argc; ++i)
      if (std::string word = argv[i]; word.starts_with("class=")) class_size = std::max(1, std::atoi(word.c_str() + 6));
    for (const Part& part : parts) {
      if (!wanted(part, argc, argv)) continue;
      std::printf("\n %s\n\n", part.title.c_str());
      part.run();
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench: %s\n", error.what());
    return 1;
  }
}

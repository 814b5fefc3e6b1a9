// The book: what somebody who writes a chapter waits for.
#include "both_editions.hpp"

#include "findings.hpp"
#include "timing.hpp"

void time_both_editions() {
  auto build = [] { must_run({CMAKE, "--build", BUILD, "--target", "docs", "docs-instructor"}); };
  build();  // Compiles the examples, which is not the book.
  auto times = take_turns(3, {{build}});
  print_figure("both editions of the book", spread_of(passed(times[0])), "s", "aim < 20");
  print_figure("  their processor time", spread_of(processor(times[0])), "s");
}

// The book: what somebody who writes a chapter waits for.
#include "both_editions.hpp"

#include "timing.hpp"

void time_both_editions() {
  auto build = [] { must_run({CMAKE, "--build", BUILD, "--target", "docs", "docs-instructor"}); };
  build();  // Compiles the examples, which is not the book.
  print_figure("both editions of the book",
               median_seconds(
                   3, [] {}, build),
               "s", "aim < 20");
}

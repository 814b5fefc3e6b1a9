// The states of a machine in which the tests are proven: that they are brought about, and go away again.
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "conditions.hpp"
#include "process_tree.hpp"

namespace {

int processors() {
  cpu_set_t set;
  ::sched_getaffinity(0, sizeof set, &set);
  return CPU_COUNT(&set);
}

std::size_t children() { return harness::family(::getpid()).size() - 1; }

}  // namespace

TEST_CASE("On a single processor that nine loops want too") {
  int before = processors();
  auto tenfold =
      std::find_if(conditions().begin(), conditions().end(), [](const Condition& c) { return c.name == "tenfold"; });
  REQUIRE(tenfold != conditions().end());
  {
    UnderCondition under(*tenfold);
    CHECK(processors() == 1);
    CHECK(children() == 9);
  }
  CHECK(processors() == before);
  CHECK(children() == 0);
}

TEST_CASE("Loops for every processor, and all of them to run on") {
  int before = processors();
  auto busy =
      std::find_if(conditions().begin(), conditions().end(), [](const Condition& c) { return c.name == "busy"; });
  REQUIRE(busy != conditions().end());
  UnderCondition under(*busy);
  CHECK(processors() == before);
  CHECK(children() == static_cast<std::size_t>(2 * before));
}

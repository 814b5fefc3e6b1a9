// When the grader of a class begins one submission more: while processors have nothing to do.
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include "class/spare_time.hpp"

using Catch::Approx;
using classroom::spare_share;
using classroom::suited;

TEST_CASE("What nobody wanted of the processors' time is idle, also while a disk is waited for") {
  const std::string before = "cpu  100 0 100 1000 10 0 0 0 0 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n",
                    after = "cpu  130 5 110 1050 14 0 1 0 70 70\ncpu0 9 9 9 9 9 9 9 9 9 9\n";
  // 30 + 5 + 10 + 50 + 4 + 1 in all; what guests have had is in the first two already.
  CHECK(spare_share(before, after) == Approx(0.54));
}

TEST_CASE("Where the kernel does not tell, no time is spare") {
  CHECK(spare_share("", "") == 0);
  CHECK(spare_share("cpu  1 1 1 1 1 1 1 1\n", "") == 0);
  CHECK(spare_share("cpu  1 1 1 1 1 1 1 1\n", "cpu  1 1 1 1 1 1 1 1\n") == 0);
}

TEST_CASE("One submission more while much time is spare, one less while none is, within limits") {
  CHECK(suited(3, 0.5, 3, 9) == 4);
  CHECK(suited(9, 0.5, 3, 9) == 9);
  CHECK(suited(5, 0.2, 3, 9) == 5);
  CHECK(suited(5, 0, 3, 9) == 4);
  CHECK(suited(3, 0, 3, 9) == 3);
  CHECK(suited(2, 0.5, 2, 2) == 2);  // as with -j
  CHECK(suited(2, 0, 2, 2) == 2);
}

// Medians, ratios and fitted lines.
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include "report/spread.hpp"

using Catch::Approx;

TEST_CASE("The median of an odd number of runs is the middle one, in whatever order they came") {
  Spread value = spread_of({9, 1, 5, 100, 2});
  CHECK(value.median == 5);
  CHECK(value.least == 1);
  CHECK(value.most == 100);
  CHECK(value.runs == 5);
}

TEST_CASE("The median of an even number of runs lies between the two in the middle") {
  CHECK(spread_of({4, 1, 3, 2}).median == 2.5);
}

TEST_CASE("No run gives no figure") {
  CHECK(spread_of({}).runs == 0);
  CHECK(spread_of({}).median == 0);
}

TEST_CASE("Ratios are taken run by run") {
  // The machine was ten times slower in the second round, for both: the medians of each would not show 2.
  CHECK(ratios({2, 20, 4}, {1, 10, 2}) == std::vector<double>{2, 2, 2});
  CHECK(ratios({2, 20}, {1, 0}) == std::vector<double>{2});
  CHECK(ratios({1, 2, 3}, {1, 2}).size() == 2);
}

TEST_CASE("A fitted line finds what there is once and what each item adds") {
  Line line = fit_line({{10, 1.35}, {20, 1.7}, {40, 2.4}});
  CHECK(line.slope == Approx(0.035));
  CHECK(line.intercept == Approx(1));
}

TEST_CASE("A fitted line goes through the middle of what scatters") {
  Line line = fit_line({{0, 1}, {0, 3}, {10, 11}, {10, 13}});
  CHECK(line.slope == Approx(1));
  CHECK(line.intercept == Approx(2));
}

TEST_CASE("Points above one another give a level line, and no points none") {
  CHECK(fit_line({{5, 1}, {5, 3}}).slope == 0);
  CHECK(fit_line({{5, 1}, {5, 3}}).intercept == 2);
  CHECK(fit_line({}).slope == 0);
}

TEST_CASE("The exponent tells proportion from square, whatever the unit") {
  CHECK(growth_exponent({{1, 3}, {10, 30}, {100, 300}}) == Approx(1));
  CHECK(growth_exponent({{1, 0.5}, {2, 2}, {4, 8}}) == Approx(2));
  CHECK(growth_exponent({{1, 7}, {1000, 7}}) == Approx(0).margin(1e-12));
  CHECK(growth_exponent({{0, 1}, {1, 3}, {10, 30}}) == Approx(1));
}

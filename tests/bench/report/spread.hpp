#pragma once
#include <utility>
#include <vector>

/// What several runs of one thing come to.

/// A median, and how far the runs lie apart. One number alone is a run that was made once.
struct Spread {
  double median = 0, least = 0, most = 0;
  int runs = 0;

  Spread() = default;
  Spread(double once) : median(once), least(once), most(once), runs(1) {}
};

/// \param runs in any order; none of them gives zeros and a count of zero
Spread spread_of(std::vector<double> runs);

/// Run by run: what disturbed the machine for a while disturbed both, when they took turns.
/// \returns `over[i] / under[i]`, as many as both have, without those where `under[i]` is not above zero
std::vector<double> ratios(const std::vector<double>& over, const std::vector<double>& under);

using Points = std::vector<std::pair<double, double>>;

/// `intercept + slope * x`
struct Line {
  double intercept = 0, slope = 0;
};

/// The straight line with the least squares: what there is once, and what each item adds.
/// \param points at least two different x; otherwise the line is level, at the mean
Line fit_line(const Points& points);

/// How steeply y grows with x: the k of `y = c * x^k`. 1 is in proportion, 2 is quadratic, 0 does not grow.
/// \param points those that are not above zero are left out
double growth_exponent(const Points& points);

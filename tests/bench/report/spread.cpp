#include "report/spread.hpp"

#include <algorithm>
#include <cmath>

Spread spread_of(std::vector<double> runs) {
  Spread all;
  if (runs.empty()) return all;
  std::sort(runs.begin(), runs.end());
  std::size_t half = runs.size() / 2;
  all.median = runs.size() % 2 == 1 ? runs[half] : (runs[half - 1] + runs[half]) / 2;
  all.least = runs.front();
  all.most = runs.back();
  all.runs = static_cast<int>(runs.size());
  return all;
}

std::vector<double> ratios(const std::vector<double>& over, const std::vector<double>& under) {
  std::vector<double> all;
  for (std::size_t i = 0; i < std::min(over.size(), under.size()); ++i)
    if (under[i] > 0) all.push_back(over[i] / under[i]);
  return all;
}

Line fit_line(const Points& points) {
  if (points.empty()) return {};
  const double count = static_cast<double>(points.size());
  double mean_x = 0, mean_y = 0, together = 0, square = 0;
  for (auto [x, y] : points) mean_x += x / count, mean_y += y / count;
  for (auto [x, y] : points) together += (x - mean_x) * (y - mean_y), square += (x - mean_x) * (x - mean_x);
  if (!(square > 0)) return {mean_y, 0};
  double slope = together / square;
  return {mean_y - slope * mean_x, slope};
}

double growth_exponent(const Points& points) {
  Points logarithms;
  for (auto [x, y] : points)
    if (x > 0 && y > 0) logarithms.emplace_back(std::log(x), std::log(y));
  return fit_line(logarithms).slope;
}

#pragma once
#include <string>
#include <vector>

#include "report/report.hpp"

/// Pictures (SVG) that stand in a page. They are as wide as a phone; their colours are the page's.

/// A bar for each figure, its runs' least and most as a thin line across its end, its aim as a mark, and a line at 1.
std::string bars(const std::string& title, const std::vector<Figure>& figures);

/// The points with their least and most, and the fitted line of each series.
std::string lines(const Growth& growth);

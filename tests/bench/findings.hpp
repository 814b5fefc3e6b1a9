#pragma once
#include <string>

#include "report/report.hpp"

/// What a part of the bench finds out: printed at once, and kept for the report.

/// From here on everything belongs to this part.
void begin_part(const std::string& name, const std::string& title);

/// The part, with the load that there is now and the time that it took.
PartReport end_part();

/// One line of the table.
/// \param value a median with its least and most (spread_of), or a number that was found once
/// \param unit empty: a ratio
/// \param aim `aim < 1.5` or `aim > 0.9`, or nothing
/// \param group figures of one group are drawn together as bars; without one it stands in the table alone
void print_figure(const std::string& what, const Spread& value, const std::string& unit, const std::string& aim = "",
                  const std::string& group = "");

/// Kept, not printed: for figures that are printed as a table of another form.
void keep_figure(const std::string& what, const Spread& value, const std::string& unit, const std::string& aim,
                 const std::string& group);

/// How the time grows as the work grows, with the fitted line.
void print_growth(const Growth& growth);

/// A sentence about the figures.
void print_note(const std::string& text);

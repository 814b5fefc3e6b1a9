#pragma once
#include <string>
#include <utility>
#include <vector>

#include "report/spread.hpp"

/// What the bench has found out, as data. The page is made from nothing else.

/// What we want a figure to stay below, or to reach.
struct Aim {
  enum class Side { none, below, above };
  Side side = Side::none;
  double value = 0;

  /// \param text `aim < 1.5` or `aim > 0.9`; anything else is no aim
  static Aim from(const std::string& text);
  std::string text() const;
  bool is_there() const { return side != Side::none; }
  bool met_by(double found) const { return side == Side::below ? found < value : found > value; }
};

struct Figure {
  std::string group;  ///< figures of one group are drawn together; empty: not drawn
  std::string name;
  Spread value;
  std::string unit;  ///< empty: a ratio
  Aim aim;
};

/// How the time grows as the work grows.
struct Growth {
  struct Series {
    std::string name;
    std::vector<std::pair<double, Spread>> points;

    Points medians() const;
    Line line() const { return fit_line(medians()); }
    double exponent() const { return growth_exponent(medians()); }
  };

  std::string title;
  std::string items;  ///< of what there is more and more: `tests`
  std::string unit;   ///< of the times
  bool by_tenfolds = false;  ///< drawn on logarithmic scales
  std::vector<Series> series;
};

struct PartReport {
  std::string name, title;
  std::string made;  ///< when, in UTC
  double load_before = 0, load_after = 0;  ///< processes that ran or wanted to, the mean of a minute
  double seconds = 0;                      ///< that it took
  std::vector<std::string> notes;
  std::vector<Figure> figures;
  std::vector<Growth> growths;
};

struct Report {
  std::vector<std::pair<std::string, std::string>> machine;  ///< what is said of it, and what holds
  std::vector<PartReport> parts;

  /// In the place of an earlier one with this name, or at the end.
  void put(PartReport part);
};

std::string to_json(const Report& report);

/// \param text what is not a report gives an empty one
Report from_json(const std::string& text);

/// Three digits that matter, as a person writes them: `0.95`, `12.3`, `124,000`.
std::string shown(double value);

/// A count or a tick: without the noughts behind the point: `10`, `0.5`, `124,000`.
std::string plain(double value);

/// What a series comes to: `0.035 s each and 0.21 s once; grows as n^0.93`.
std::string in_words(const Growth& growth, const Growth::Series& series);

/// A page that needs no other file and no network: plots, tables, the machine.
std::string page_of(const Report& report);

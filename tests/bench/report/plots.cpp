#include "report/plots.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "class/report/text.hpp"

namespace {

using classroom::markup;

// As many units as a phone has pixels, so that 12 units of type are 12 pixels there.
constexpr double width = 340, small = 11;

std::string coordinate(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

// Draws the parts of a picture, an element a line.
class Drawing {
 public:
  void text(double x, double y, const std::string& what, const std::string& more = "") {
    all_ += "<text x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\" " + more + ">" + markup(what) + "</text>\n";
  }
  void line(double x1, double y1, double x2, double y2, const std::string& more) {
    all_ += "<line x1=\"" + coordinate(x1) + "\" y1=\"" + coordinate(y1) + "\" x2=\"" + coordinate(x2) + "\" y2=\"" +
            coordinate(y2) + "\" " + more + "/>\n";
  }
  void box(double x, double y, double w, double h, const std::string& more) {
    all_ += "<rect x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\" width=\"" + coordinate(w) + "\" height=\"" +
            coordinate(h) + "\" " + more + "/>\n";
  }
  void dot(double x, double y, const std::string& more) {
    all_ += "<circle cx=\"" + coordinate(x) + "\" cy=\"" + coordinate(y) + "\" r=\"3\" " + more + "/>\n";
  }
  void path(const std::string& points, const std::string& more) {
    all_ += "<path d=\"" + points + "\" " + more + "/>\n";
  }

  std::string picture(const std::string& title, const std::string& about, double height) const {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" role=\"img\" aria-label=\"" + markup(title) +
           "\" viewBox=\"0 0 " + coordinate(width) + " " + coordinate(height) +
           "\" font-family=\"sans-serif\" font-size=\"12\" fill=\"currentColor\">\n<title>" + markup(title) +
           "</title>\n<desc>" + markup(about) + "</desc>\n" + all_ + "</svg>\n";
  }

 private:
  std::string all_;
};

const std::string pale = "fill-opacity=\".75\"", thin = "stroke=\"currentColor\" stroke-opacity=\".35\"",
                  dashed = "stroke-dasharray=\"3 3\"";

std::string colour_of(const Figure& figure) {
  if (!figure.aim.is_there()) return "var(--bar, #2b6cb0)";
  return figure.aim.met_by(figure.value.median) ? "var(--good, #1b7a43)" : "var(--bad, #b3261e)";
}

// 1, 2 or 5 with noughts, so that about `most` of them reach `end`.
double step_to(double end, int most) {
  double step = std::pow(10, std::floor(std::log10(end / most)));
  for (double factor : {1.0, 2.0, 5.0, 10.0})
    if (end / (step * factor) <= most) return step * factor;
  return step * 10;
}

std::string value_of(const Figure& figure) {
  return shown(figure.value.median) + (figure.unit.empty() ? "" : " " + figure.unit);
}

// A scale from what is measured to a place in the picture.
struct Scale {
  bool by_tenfolds;
  double from, to, begin, end;

  double at(double value) const {
    auto measure = [this](double v) { return by_tenfolds ? std::log10(v) : v; };
    return begin + (measure(value) - measure(from)) / (measure(to) - measure(from)) * (end - begin);
  }

  std::vector<double> ticks() const {
    std::vector<double> all;
    if (by_tenfolds)
      for (double tick = from; tick <= to * 1.001; tick *= 10) all.push_back(tick);
    else
      for (double step = step_to(to, 5), i = 0; i * step <= to * 1.001; ++i) all.push_back(i * step);
    return all;
  }
};

// All values within: whole tenfolds, or from nought to a round number.
Scale scale_for(double least, double most, bool by_tenfolds, double begin, double end) {
  if (!by_tenfolds) {
    double step = step_to(std::max(most, 1e-12), 5);
    return {false, 0, step * std::ceil(most / step), begin, end};
  }
  double from = std::pow(10, std::floor(std::log10(least))), to = std::pow(10, std::ceil(std::log10(most)));
  return {true, from, std::max(to, from * 10), begin, end};
}

// For each series a colour and a dash, since not everybody tells colours apart.
const char* const series_colours[] = {"var(--bar, #2b6cb0)", "var(--warn, #8a5a00)", "var(--good, #1b7a43)",
                                      "var(--bad, #b3261e)"};
const char* const series_dashes[] = {"", "6 3", "2 3", "8 3 2 3"};

std::string curve(const Growth::Series& series, const Scale& x, const Scale& y) {
  Line line = series.line();
  double power = series.exponent(), share = 0;
  // On logarithmic scales the law is the straight line, through the middle of the points.
  Points points = series.medians();
  for (auto [items, time] : points)
    share += std::log(time / std::pow(items, power)) / static_cast<double>(points.size());
  std::string path;
  for (const auto& [items, time] : {points.front(), points.back()}) {
    double value = x.by_tenfolds ? std::exp(share) * std::pow(items, power) : line.intercept + line.slope * items;
    path += (path.empty() ? "M" : "L") + coordinate(x.at(items)) + " " + coordinate(y.at(value));
  }
  return path;
}

}  // namespace

std::string bars(const std::string& title, const std::vector<Figure>& figures) {
  constexpr double row = 36, thickness = 12, top = 6;
  double most = 1e-12;
  bool all_ratios = true;
  for (const Figure& figure : figures) {
    most = std::max({most, figure.value.most, figure.value.median, figure.aim.is_there() ? figure.aim.value : 0});
    all_ratios = all_ratios && figure.unit.empty();
  }
  if (all_ratios) most = std::max(most, 1.0);
  Scale scale{false, 0, most * 1.03, 0, width};
  Drawing drawing;
  double y = top;
  for (const Figure& figure : figures) {
    const Spread& value = figure.value;
    double bar = y + 18, middle = bar + thickness / 2;
    drawing.text(0, y + 12, figure.name);
    drawing.text(width, y + 12, value_of(figure), "text-anchor=\"end\" font-weight=\"bold\"");
    drawing.box(0, bar, width, thickness, "fill=\"currentColor\" fill-opacity=\".07\" rx=\"2\"");
    drawing.box(0, bar, scale.at(value.median), thickness, "fill=\"" + colour_of(figure) + "\" rx=\"2\"");
    if (value.runs > 1) {
      drawing.line(scale.at(value.least), middle, scale.at(value.most), middle, "stroke=\"currentColor\" stroke-width=\"1.5\"");
      for (double end : {value.least, value.most})
        drawing.line(scale.at(end), middle - 3, scale.at(end), middle + 3, "stroke=\"currentColor\" stroke-width=\"1.5\"");
    }
    if (figure.aim.is_there())
      drawing.line(scale.at(figure.aim.value), bar - 3, scale.at(figure.aim.value), bar + thickness + 3,
                   "class=\"aim\" stroke=\"currentColor\" stroke-width=\"3\"");
    y += row;
  }
  if (all_ratios) {
    drawing.line(scale.at(1), top, scale.at(1), y, thin + " " + dashed);
    drawing.text(scale.at(1), y + small, "1", "text-anchor=\"middle\" font-size=\"11\" " + pale);
  }
  return drawing.picture(title, "Bars from nought. A thick mark is the aim, a thin line the least and the most.",
                         y + (all_ratios ? 16 : 4));
}

std::string lines(const Growth& growth) {
  constexpr double left = 46, right = width - 12, top = 12, bottom = 200;
  double least_x = 1e300, most_x = 0, least_y = 1e300, most_y = 0;
  std::vector<Growth::Series> drawn;
  for (const Growth::Series& series : growth.series) {
    bool all_above_zero = std::all_of(series.points.begin(), series.points.end(), [](const auto& point) {
      return point.first > 0 && point.second.least > 0;
    });
    if (series.points.size() < 2 || !all_above_zero) continue;  // nothing grows, or no logarithm
    drawn.push_back(series);
    for (const auto& [items, time] : series.points) {
      least_x = std::min(least_x, items), most_x = std::max(most_x, items);
      least_y = std::min(least_y, time.least), most_y = std::max(most_y, time.most);
    }
  }
  if (drawn.empty()) return "";
  Scale x = scale_for(least_x, most_x, growth.by_tenfolds, left, right),
        y = scale_for(least_y, most_y, growth.by_tenfolds, bottom, top);
  Drawing drawing;
  for (double tick : x.ticks()) {
    drawing.line(x.at(tick), top, x.at(tick), bottom, thin);
    drawing.text(x.at(tick), bottom + 14, plain(tick), "text-anchor=\"middle\" font-size=\"11\" " + pale);
  }
  for (double tick : y.ticks()) {
    drawing.line(left, y.at(tick), right, y.at(tick), thin);
    drawing.text(left - 5, y.at(tick) + 4, plain(tick), "text-anchor=\"end\" font-size=\"11\" " + pale);
  }
  drawing.text((left + right) / 2, bottom + 29, growth.items, "text-anchor=\"middle\"");
  drawing.text(0, top - 1, growth.unit, "font-size=\"11\" " + pale);
  double legend = bottom + 48;
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    const Growth::Series& series = drawn[i];
    const std::string colour = series_colours[i % 4], stroke = "stroke=\"" + colour + "\"";
    drawing.path(curve(series, x, y),
                 "fill=\"none\" stroke-width=\"1.5\" stroke-dasharray=\"" + std::string(series_dashes[i % 4]) + "\" " + stroke);
    for (const auto& [items, time] : series.points) {
      drawing.line(x.at(items), y.at(time.least), x.at(items), y.at(time.most), stroke);
      drawing.dot(x.at(items), y.at(time.median), "fill=\"" + colour + "\"");
    }
    drawing.line(0, legend - 4, 26, legend - 4,
                 "stroke-width=\"2\" stroke-dasharray=\"" + std::string(series_dashes[i % 4]) + "\" " + stroke);
    drawing.text(32, legend, series.name);
    drawing.text(32, legend + 15, in_words(growth, series), "font-size=\"11\" " + pale);
    legend += 34;
  }
  return drawing.picture(growth.title, growth.unit + " against " + growth.items + ", with the fitted lines.", legend - 10);
}

#include "report/report.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "class/json_writer.hpp"
#include "json.hpp"

namespace {

using classroom::json_quoted;
using classroom::JsonObject;
using harness::Json;

// Every digit that there is: the page must show what was measured. JSON knows no infinity.
std::string exact(double value) {
  if (!std::isfinite(value)) return "null";
  std::array<char, 64> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

void put(JsonObject& object, const Spread& value) {
  object.raw("median", exact(value.median)).raw("least", exact(value.least)).raw("most", exact(value.most));
  object.member("runs", value.runs);
}

Spread spread_from(const Json& json) {
  Spread value;
  value.median = json["median"].number();
  value.least = json["least"].number();
  value.most = json["most"].number();
  value.runs = static_cast<int>(json["runs"].number());
  return value;
}

std::string json_of(const Figure& figure) {
  JsonObject object;
  object.member("name", figure.name).member("unit", figure.unit).member("group", figure.group);
  put(object, figure.value);
  object.member("aim", figure.aim.text());
  if (figure.aim.is_there()) object.member("met", figure.aim.met_by(figure.value.median));
  return object.text();
}

Figure figure_from(const Json& json) {
  return {json["group"].text(), json["name"].text(), spread_from(json), json["unit"].text(),
          Aim::from(json["aim"].text())};
}

std::string json_of(const Growth::Series& series) {
  JsonObject object;
  Line line = series.line();
  object.member("name", series.name);
  object.raw("each", exact(line.slope)).raw("once", exact(line.intercept)).raw("exponent", exact(series.exponent()));
  object.list("points", series.points, [](const auto& point) {
    JsonObject one;
    put(one.raw("items", exact(point.first)), point.second);
    return one.text();
  });
  return object.text();
}

std::string json_of(const Growth& growth) {
  JsonObject object;
  object.member("title", growth.title).member("items", growth.items).member("unit", growth.unit);
  object.member("by_tenfolds", growth.by_tenfolds);
  object.list("series", growth.series, [](const Growth::Series& series) { return json_of(series); });
  return object.text();
}

Growth growth_from(const Json& json) {
  Growth growth{json["title"].text(), json["items"].text(), json["unit"].text(), json["by_tenfolds"].number() != 0, {}};
  for (const Json& one : json["series"].items()) {
    Growth::Series series{one["name"].text(), {}};
    for (const Json& point : one["points"].items())
      series.points.emplace_back(point["items"].number(), spread_from(point));
    growth.series.push_back(std::move(series));
  }
  return growth;
}

std::string json_of(const PartReport& part) {
  JsonObject object;
  object.member("name", part.name).member("title", part.title).member("made", part.made);
  object.raw("load_before", exact(part.load_before)).raw("load_after", exact(part.load_after));
  object.raw("seconds", exact(part.seconds));
  object.list("notes", part.notes, json_quoted);
  object.list("figures", part.figures, [](const Figure& figure) { return json_of(figure); });
  object.list("growths", part.growths, [](const Growth& growth) { return json_of(growth); });
  return object.text();
}

PartReport part_from(const Json& json) {
  PartReport part{json["name"].text(), json["title"].text(), json["made"].text(), json["load_before"].number(),
                  json["load_after"].number(), json["seconds"].number(), {}, {}, {}};
  for (const Json& note : json["notes"].items()) part.notes.push_back(note.text());
  for (const Json& figure : json["figures"].items()) part.figures.push_back(figure_from(figure));
  for (const Json& growth : json["growths"].items()) part.growths.push_back(growth_from(growth));
  return part;
}

}  // namespace

Aim Aim::from(const std::string& text) {
  std::size_t sign = text.find_first_of("<>");
  if (sign == std::string::npos) return {};
  return {text[sign] == '<' ? Side::below : Side::above, std::strtod(text.c_str() + sign + 1, nullptr)};
}

std::string Aim::text() const {
  if (!is_there()) return "";
  return (side == Side::below ? "aim < " : "aim > ") + exact(value);
}

Points Growth::Series::medians() const {
  Points all;
  for (const auto& [items, value] : points) all.emplace_back(items, value.median);
  return all;
}

void Report::put(PartReport part) {
  for (PartReport& earlier : parts)
    if (earlier.name == part.name) {
      earlier = std::move(part);
      return;
    }
  parts.push_back(std::move(part));
}

std::string to_json(const Report& report) {
  JsonObject object;
  object.list("machine", report.machine, [](const auto& line) {
    return JsonObject().member("what", line.first).member("holds", line.second).text();
  });
  object.list("parts", report.parts, [](const PartReport& part) { return json_of(part); });
  return object.text() + "\n";
}

Report from_json(const std::string& text) {
  Json json = Json::parse(text);
  Report report;
  for (const Json& line : json["machine"].items())
    report.machine.emplace_back(line["what"].text(), line["holds"].text());
  for (const Json& part : json["parts"].items()) report.parts.push_back(part_from(part));
  return report;
}

std::string shown(double value) {
  double size = std::fabs(value);
  char text[64];
  if (size == 0) return "0";
  int places = size >= 100 ? 0 : size >= 10 ? 1 : 2 - static_cast<int>(std::floor(std::log10(size)));
  std::snprintf(text, sizeof text, "%.*f", std::min(places, 9), value);
  std::string digits = text;
  if (size < 100) return digits;
  for (std::size_t at = digits.size(); at > 3 + (value < 0 ? 1 : 0);) digits.insert(at -= 3, ",");
  return digits;
}

std::string plain(double value) {
  std::string text = shown(value);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  return text.back() == '.' ? text.substr(0, text.size() - 1) : text;
}

std::string in_words(const Growth& growth, const Growth::Series& series) {
  Line line = series.line();
  return shown(line.slope) + " " + growth.unit + " each and " + shown(line.intercept) + " " + growth.unit +
         " once; grows as n^" + shown(series.exponent());
}

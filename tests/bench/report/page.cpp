// The page: what is behind its aim first, then each part with its plots and its numbers.
#include <map>

#include "class/report/page_parts.hpp"
#include "class/report/text.hpp"
#include "report/plots.hpp"
#include "report/report.hpp"

namespace {

using classroom::markup;

// Besides what the instructor's page has.
constexpr const char* style = R"css(
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,21rem),1fr));gap:1rem 2rem;margin:.75rem 0}
figure{margin:0}
figcaption{font-weight:600;margin:0 0 .35rem}
svg.plot{display:block;width:100%;max-width:27rem;height:auto}
.scroll{overflow-x:auto}
td.number .soft{display:block;font-size:.85rem}
td.number .state{display:block}
details{margin:.5rem 0}
details>summary{cursor:pointer;color:var(--bar)}
section{border-top:1px solid var(--line);margin-top:2rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.5rem 0;font-size:.95rem}
dt{color:var(--soft)}
dd{margin:0}
nav a{display:inline-block;margin-right:1rem}
)css";

std::string row(const std::string& cell, const std::vector<std::string>& numbers) {
  std::string text = "<tr><td>" + cell + "</td>";
  for (const std::string& number : numbers) text += "<td class=\"number\">" + number + "</td>";
  return text + "</tr>\n";
}

std::string table(const std::string& first, const std::vector<std::string>& heads, const std::string& rows) {
  std::string text = "<div class=\"scroll\"><table><thead><tr><th>" + first + "</th>";
  for (const std::string& head : heads) text += "<th class=\"number\">" + head + "</th>";
  return text + "</tr></thead><tbody>\n" + rows + "</tbody></table></div>\n";
}

std::string with_unit(double value, const std::string& unit) {
  return shown(value) + (unit.empty() ? "" : " " + markup(unit));
}

// The spread stands below: a column of its own would not fit on a phone.
std::string cell(const Spread& value, const std::string& unit) {
  std::string spread = value.runs > 1 ? shown(value.least) + " to " + shown(value.most) : "";
  return with_unit(value.median, unit) + "<span class=\"soft\">" + spread + "</span>";
}

std::string aim(const Figure& figure) {
  if (!figure.aim.is_there()) return "";
  bool met = figure.aim.met_by(figure.value.median);
  return markup(figure.aim.text()) + " <span class=\"state " + (met ? "good\">met" : "bad\">behind") + "</span>";
}

std::string figures_table(const std::vector<const Figure*>& figures, bool with_group) {
  std::string rows;
  for (const Figure* figure : figures) {
    std::string name = (with_group && !figure->group.empty() ? figure->group + ": " : "") + figure->name;
    rows += row(markup(name), {cell(figure->value, figure->unit), aim(*figure)});
  }
  return table("Figure", {"Median", "Aim"}, rows);
}

std::string growth_table(const Growth& growth) {
  std::string rows;
  for (const Growth::Series& series : growth.series)
    for (const auto& [items, value] : series.points)
      rows += row(markup(series.name), {plain(items), cell(value, growth.unit)});
  return table("Series", {markup(growth.items), "Median"}, rows);
}

std::string folded(const std::string& what, const std::string& inside) {
  return "<details><summary>" + what + "</summary>\n" + inside + "</details>\n";
}

std::string figure(const std::string& caption, const std::string& picture, const std::string& below = "") {
  return picture.empty() ? below
                         : "<figure><figcaption>" + markup(caption) + "</figcaption>\n" + picture + below + "</figure>\n";
}

std::string pictures(const PartReport& part) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<Figure>> groups;
  for (const Figure& one : part.figures) {
    if (one.group.empty()) continue;
    if (!groups.contains(one.group)) order.push_back(one.group);
    groups[one.group].push_back(one);
  }
  std::string text;
  for (const std::string& group : order) text += figure(group, bars(group, groups[group]));
  for (const Growth& growth : part.growths)
    text += figure(growth.title, lines(growth), folded("The numbers", growth_table(growth)));
  return text.empty() ? "" : "<div class=\"plots\">\n" + text + "</div>\n";
}

std::string section(const PartReport& part) {
  std::string text = "<section id=\"" + markup(part.name) + "\">\n<h2>" + markup(part.title) + "</h2>\n";
  text += "<p class=\"soft\">Measured " + markup(part.made) + ", load " + plain(part.load_before) + " before and " +
          plain(part.load_after) + " after, in " + plain(part.seconds) + " s.</p>\n";
  for (const std::string& note : part.notes) text += "<p>" + markup(note) + "</p>\n";
  std::vector<const Figure*> plain, drawn;
  for (const Figure& one : part.figures) (one.group.empty() ? plain : drawn).push_back(&one);
  if (!plain.empty()) text += figures_table(plain, false);
  text += pictures(part);
  if (!drawn.empty()) text += folded("The numbers of the bars", figures_table(drawn, true));
  return text + "</section>\n";
}

std::string at_a_glance(const Report& report) {
  std::vector<const Figure*> behind;
  std::size_t aims = 0;
  for (const PartReport& part : report.parts)
    for (const Figure& one : part.figures) {
      if (!one.aim.is_there()) continue;
      ++aims;
      if (!one.aim.met_by(one.value.median)) behind.push_back(&one);
    }
  std::string text = "<p>" + std::to_string(aims - behind.size()) + " of " + std::to_string(aims) + " aims are met.</p>\n";
  return behind.empty() ? text : text + "<h2>Behind its aim</h2>\n" + figures_table(behind, true);
}

}  // namespace

std::string page_of(const Report& report) {
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Socket Labs: bench</title>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<style>";
  text += std::string(classroom::page::style) + style + "</style></head>\n<body>\n<h1>What people wait for</h1>\n";
  text +=
      "<p class=\"soft\">Medians of runs that took turns, so that what disturbed the machine for a while disturbed all of "
      "them. Below each stand the least and the most. Most figures are ratios: those hold on other machines, seconds do not.</p>\n<dl>\n";
  for (const auto& [what, holds] : report.machine) text += "<dt>" + markup(what) + "</dt><dd>" + markup(holds) + "</dd>\n";
  text += "</dl>\n" + at_a_glance(report) + "<nav>";
  for (const PartReport& part : report.parts)
    text += "<a href=\"#" + markup(part.name) + "\">" + markup(part.title) + "</a> ";
  text += "</nav>\n";
  for (const PartReport& part : report.parts) text += section(part);
  return text + "</body></html>\n";
}

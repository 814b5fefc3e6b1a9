#include "findings.hpp"

#include <chrono>
#include <cstdio>

#include "machine.hpp"

namespace {

PartReport part;
std::chrono::steady_clock::time_point begun;

}  // namespace

void begin_part(const std::string& name, const std::string& title) {
  part = {};
  part.name = name;
  part.title = title;
  part.made = time_of_day();
  part.load_before = load_average();
  begun = std::chrono::steady_clock::now();
  std::printf("\n %s\n\n", title.c_str());
  std::fflush(stdout);
}

PartReport end_part() {
  part.load_after = load_average();
  part.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::printf("   (in %.0f s; load %.1f before, %.1f after)\n", part.seconds, part.load_before, part.load_after);
  return part;
}

void keep_figure(const std::string& what, const Spread& value, const std::string& unit, const std::string& aim,
                 const std::string& group) {
  std::size_t word = what.find_first_not_of(' ');
  part.figures.push_back({group, what.substr(word == std::string::npos ? 0 : word), value, unit, Aim::from(aim)});
}

void print_figure(const std::string& what, const Spread& value, const std::string& unit, const std::string& aim,
                  const std::string& group) {
  keep_figure(what, value, unit, aim, group);
  std::string between = value.runs > 1 ? shown(value.least) + " .. " + shown(value.most) : "";
  std::printf("   %-66s %8s %-5s  %-20s %s\n", what.c_str(), shown(value.median).c_str(), unit.c_str(), between.c_str(),
              aim.c_str());
  std::fflush(stdout);
}

void print_growth(const Growth& growth) {
  part.growths.push_back(growth);
  std::printf("   %s\n", growth.title.c_str());
  for (const Growth::Series& series : growth.series) {
    std::printf("     %-40s", series.name.c_str());
    for (const auto& [items, value] : series.points)
      std::printf("  %s: %s", plain(items).c_str(), shown(value.median).c_str());
    std::printf(" %s\n     %-40s  %s\n", growth.unit.c_str(), "", in_words(growth, series).c_str());
  }
  std::fflush(stdout);
}

void print_note(const std::string& text) {
  part.notes.push_back(text);
  std::printf("   %s\n", text.c_str());
  std::fflush(stdout);
}

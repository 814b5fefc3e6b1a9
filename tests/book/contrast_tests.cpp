// Every text of the book can be read, in both themes: a contrast of at least 4.5 as WCAG 2 computes it.
#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "page.hpp"

namespace {

using Themes = std::array<std::string, 2>;  // a colour in the light theme and in the dark one

const std::string sheet = text_of(std::string(SOURCE) + "/docs/theme/book.css");

// --name: light-dark(#rrggbb, #rrggbb);
std::map<std::string, Themes> colours() {
  static const std::regex variable("--([a-z]+): light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\);");
  std::map<std::string, Themes> found;
  for (std::sregex_iterator match(sheet.begin(), sheet.end(), variable), end; match != end; ++match)
    found[(*match)[1]] = {(*match)[2], (*match)[3]};
  return found;
}

double luminance(const std::string& colour) {
  auto part = [&colour](std::size_t at) {
    double value = std::stoi(colour.substr(at, 2), nullptr, 16) / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}

double contrast(const std::string& one, const std::string& other) {
  auto [darker, lighter] = std::minmax(luminance(one), luminance(other));
  return (lighter + 0.05) / (darker + 0.05);
}

// What is written on what.
const std::map<std::string, std::vector<std::string>> grounds = {
    {"text", {"page", "panel", "code", "mark"}},
    {"quiet", {"page", "panel", "code"}},
    {"link", {"page", "panel", "code"}},
    {"accent", {"page", "panel"}},
    {"keyword", {"code"}},
    {"type", {"code"}},
    {"string", {"code"}},
    {"comment", {"code"}},
    {"directive", {"code"}},
    {"prompt", {"code"}},
};

}  // namespace

TEST_CASE("The formula of contrast gives the known values") {
  CHECK(std::abs(contrast("#ffffff", "#000000") - 21) < 0.01);
  CHECK(std::abs(contrast("#767676", "#ffffff") - 4.54) < 0.01);
}

TEST_CASE("Every text stands out from its ground in both themes") {
  auto known = colours();
  for (const auto& [text, on] : grounds)
    for (const std::string& ground : on) {
      CAPTURE(text, ground);
      REQUIRE(known.contains(text));
      REQUIRE(known.contains(ground));
      CHECK(contrast(known[text][0], known[ground][0]) >= 4.5);
      CHECK(contrast(known[text][1], known[ground][1]) >= 4.5);
    }
}

TEST_CASE("The frame around what has the focus can be seen in both themes") {
  auto known = colours();
  for (const char* ground : {"page", "panel"})
    for (std::size_t theme : {0, 1}) CHECK(contrast(known["focus"][theme], known[ground][theme]) >= 3);
}

TEST_CASE("No text has a colour that the checks above do not know") {
  auto used = matches(sheet, "[{; \\n]color: ([^;]*);");
  CHECK(used.size() >= 10);
  for (const std::string& colour : used) {
    CAPTURE(colour);
    if (colour == "inherit") continue;
    auto name = matches(colour, "^var\\(--([a-z]+)\\)$");
    REQUIRE(name.size() == 1);
    CHECK(grounds.contains(name[0]));
  }
}

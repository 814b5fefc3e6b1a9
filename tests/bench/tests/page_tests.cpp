// The pictures and the page.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <regex>
#include <string>
#include <vector>

#include "report/plots.hpp"

using Catch::Matchers::ContainsSubstring;

namespace {

std::vector<std::string> all(const std::string& text, const std::string& pattern) {
  std::vector<std::string> found;
  std::regex expression(pattern);
  for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at) found.push_back((*at)[1]);
  return found;
}

// Every tag that is opened is closed, in the right order; those that HTML leaves open are not looked at.
bool balanced(const std::string& text) {
  std::vector<std::string> open;
  static const std::regex tag("<(/?)([a-z0-9]+)([^>]*?)(/?)>");
  for (std::sregex_iterator at(text.begin(), text.end(), tag), end; at != end; ++at) {
    std::string name = (*at)[2];
    if ((*at)[4] == "/" || name == "meta" || name == "input") continue;
    if ((*at)[1] != "/") {
      open.push_back(name);
    } else {
      if (open.empty() || open.back() != name) return false;
      open.pop_back();
    }
  }
  return open.empty();
}

Figure figure(const std::string& name, double value, const std::string& aim) {
  return {"Ratios", name, spread_of({value - 0.1, value, value + 0.1}), "", Aim::from(aim)};
}

Growth growth(bool by_tenfolds) {
  return {"More & more", "tests", "s", by_tenfolds, {{"time", {{10, 1.0}, {100, 10.0}, {1000, 100.0}}}}};
}

PartReport part() {
  PartReport one;
  one.name = "servers";
  one.title = "Servers";
  one.figures = {figure("fast", 1.2, "aim > 0.9"), figure("slow <&>", 0.8, "aim > 0.9"),
                 {"", "alone", 3.0, "s", Aim::from("aim < 2")}};
  one.growths = {growth(true)};
  one.notes = {"<script>alert(1)</script>"};
  return one;
}

}  // namespace

TEST_CASE("A bar is as long as its figure, and its aim stands in proportion") {
  std::string picture = bars("Ratios", {figure("a", 0.5, "aim > 1"), figure("b", 1.0, "aim > 1")});
  // The pale box of each row is as wide as the picture, the other as its figure.
  auto widths = all(picture, "<rect[^>]* width=\"([0-9.]+)\"");
  REQUIRE(widths.size() == 4);
  CHECK(std::abs(2 * std::stod(widths[1]) - std::stod(widths[3])) < 0.2);
  auto aims = all(picture, "<line x1=\"([0-9.]+)\"[^>]*class=\"aim\"");
  REQUIRE(aims.size() == 2);
  CHECK(std::abs(std::stod(aims[1]) - std::stod(widths[3])) < 0.2);  // b reaches its aim exactly
}

TEST_CASE("A bar's colour says whether the aim is met") {
  CHECK_THAT(bars("r", {figure("a", 1.2, "aim > 0.9")}), ContainsSubstring("--good") && !ContainsSubstring("--bad"));
  CHECK_THAT(bars("r", {figure("a", 0.8, "aim > 0.9")}), ContainsSubstring("--bad") && !ContainsSubstring("--good"));
  CHECK_THAT(bars("r", {figure("a", 0.8, "")}), !ContainsSubstring("--bad") && !ContainsSubstring("--good"));
}

TEST_CASE("Nothing is drawn outside of the picture") {
  for (const std::string& picture : {bars("r", {figure("a", 0.3, "aim < 4"), figure("b", 7, "")}), lines(growth(false)),
                                     lines(growth(true))}) {
    double width = std::stod(all(picture, "viewBox=\"0 0 ([0-9.]+)").at(0)),
           height = std::stod(all(picture, "viewBox=\"0 0 [0-9.]+ ([0-9.]+)").at(0));
    for (const std::string& x : all(picture, " (?:x|x1|x2|cx)=\"(-?[0-9.]+)\"")) CHECK((std::stod(x) >= 0 && std::stod(x) <= width));
    for (const std::string& y : all(picture, " (?:y|y1|y2|cy)=\"(-?[0-9.]+)\"")) CHECK((std::stod(y) >= 0 && std::stod(y) <= height));
  }
}

TEST_CASE("On logarithmic scales tenfolds are equally far apart") {
  auto x = all(lines(growth(true)), "<circle cx=\"([0-9.]+)\""), y = all(lines(growth(true)), "<circle[^>]*cy=\"([0-9.]+)\"");
  REQUIRE(x.size() == 3);
  CHECK(std::abs((std::stod(x[1]) - std::stod(x[0])) - (std::stod(x[2]) - std::stod(x[1]))) < 0.2);
  CHECK(std::stod(y[0]) > std::stod(y[1]));  // more is higher
  auto straight = all(lines(growth(false)), "<circle cx=\"([0-9.]+)\"");
  CHECK(std::stod(straight[2]) - std::stod(straight[1]) > 9 * (std::stod(straight[1]) - std::stod(straight[0])));
}

TEST_CASE("The fitted line goes through points that lie on it, and is told in words") {
  for (bool by_tenfolds : {false, true}) {
    std::string picture = lines(growth(by_tenfolds));
    auto x = all(picture, "<circle cx=\"([0-9.]+)\""), y = all(picture, "<circle[^>]*cy=\"([0-9.]+)\"");
    CHECK_THAT(picture, ContainsSubstring("d=\"M" + x[0] + " " + y[0] + "L" + x[2] + " " + y[2] + "\""));
    CHECK_THAT(picture, ContainsSubstring("grows as n^1.00"));
  }
}

TEST_CASE("What cannot be drawn is left out") {
  CHECK(lines({"none", "tests", "s", false, {}}).empty());
  CHECK(lines({"one", "tests", "s", false, {{"time", {{10, 1.0}}}}}).empty());
  CHECK(lines({"nought", "tests", "s", true, {{"time", {{10, 0.0}, {20, 1.0}}}}}).empty());
}

TEST_CASE("The page needs no other file and no network, and runs no script") {
  Report report;
  report.put(part());
  std::string page = page_of(report);
  CHECK_THAT(page, !ContainsSubstring("<script") && !ContainsSubstring(" src=") && !ContainsSubstring("<link") &&
                       !ContainsSubstring("@import") && !ContainsSubstring("url("));
  for (const std::string& link : all(page, "href=\"([^\"]*)\"")) CHECK(link.starts_with("#"));
  CHECK_THAT(page, ContainsSubstring("default-src 'none'"));
  CHECK_THAT(page, ContainsSubstring("width=device-width"));
  CHECK_THAT(page, ContainsSubstring("prefers-color-scheme:dark"));
}

TEST_CASE("The page is well formed, and what is shown is escaped") {
  Report report;
  report.machine = {{"Processor", "a < b"}};
  report.put(part());
  std::string page = page_of(report);
  CHECK(balanced(page));
  CHECK_THAT(page, ContainsSubstring("slow &lt;&amp;&gt;") && ContainsSubstring("a &lt; b") && ContainsSubstring("More &amp; more"));
}

TEST_CASE("The page says first how many aims are met, and which are not") {
  Report report;
  report.put(part());
  std::string page = page_of(report), first = page.substr(0, page.find("<section"));
  CHECK_THAT(first, ContainsSubstring("1 of 3 aims are met"));
  CHECK_THAT(first, ContainsSubstring("slow") && ContainsSubstring("alone") && !ContainsSubstring("fast"));
}

TEST_CASE("Every figure and every point stands on the page as a number, too") {
  Report report;
  report.put(part());
  std::string page = page_of(report);
  for (const char* number : {"1.20", "0.800", "3.00 s", "100 s", "1.10 to 1.30"}) CHECK_THAT(page, ContainsSubstring(number));
}

// The report as data: what was found comes back from the JSON as it was.
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include "json.hpp"
#include "report/report.hpp"

namespace {

Report example() {
  Report report;
  report.machine = {{"Cores", "2"}, {"Processor", "A \"quoted\" one \\ \xc2\xb5"}};
  PartReport part;
  part.name = "servers";
  part.title = "Servers <beside> others";
  part.made = "2026-03-01 10:20";
  part.load_before = 0.25;
  part.load_after = 1.5;
  part.seconds = 12.75;
  part.notes = {"One note.\nTwo lines."};
  part.figures = {{"against epoll", "1 connection", spread_of({0.81, 0.93, 0.97}), "", Aim::from("aim > 0.9")},
                  {"", "a call", 1.0 / 3, "us", {}}};
  Growth growth{"More tests", "tests", "s", true, {{"time", {{10, spread_of({1, 2, 3})}, {100, 20.0}}}}};
  part.growths = {growth};
  report.parts = {part};
  return report;
}

}  // namespace

TEST_CASE("A report comes back from its JSON as it was") {
  Report report = from_json(to_json(example()));
  CHECK(report.machine == example().machine);
  REQUIRE(report.parts.size() == 1);
  const PartReport& part = report.parts[0];
  CHECK(part.name == "servers");
  CHECK(part.title == "Servers <beside> others");
  CHECK(part.made == "2026-03-01 10:20");
  CHECK(part.load_before == 0.25);
  CHECK(part.load_after == 1.5);
  CHECK(part.seconds == 12.75);
  CHECK(part.notes == example().parts[0].notes);

  REQUIRE(part.figures.size() == 2);
  CHECK(part.figures[0].group == "against epoll");
  CHECK(part.figures[0].value.median == 0.93);
  CHECK(part.figures[0].value.least == 0.81);
  CHECK(part.figures[0].value.most == 0.97);
  CHECK(part.figures[0].value.runs == 3);
  CHECK(part.figures[0].aim.side == Aim::Side::above);
  CHECK(part.figures[0].aim.value == 0.9);
  CHECK(part.figures[1].value.median == 1.0 / 3);  // every digit
  CHECK(part.figures[1].unit == "us");
  CHECK_FALSE(part.figures[1].aim.is_there());

  REQUIRE(part.growths.size() == 1);
  CHECK(part.growths[0].title == "More tests");
  CHECK(part.growths[0].items == "tests");
  CHECK(part.growths[0].unit == "s");
  CHECK(part.growths[0].by_tenfolds);
  REQUIRE(part.growths[0].series.size() == 1);
  CHECK(part.growths[0].series[0].name == "time");
  CHECK(part.growths[0].series[0].medians() == Points{{10, 2}, {100, 20}});
}

TEST_CASE("The JSON holds name, value, unit, aim, spread and whether the aim is met") {
  harness::Json json = harness::Json::parse(to_json(example()));
  const harness::Json& figure = json["parts"].items().at(0)["figures"].items().at(0);
  CHECK(figure["name"].text() == "1 connection");
  CHECK(figure["median"].number() == 0.93);
  CHECK(figure["least"].number() == 0.81);
  CHECK(figure["most"].number() == 0.97);
  CHECK(figure["runs"].number() == 3);
  CHECK(figure["aim"].text() == "aim > 0.9");
  CHECK(figure["met"].text() == "true");
  const harness::Json& series = json["parts"].items().at(0)["growths"].items().at(0)["series"].items().at(0);
  CHECK(series["exponent"].number() == Catch::Approx(1));
  CHECK(series["each"].number() == Catch::Approx(0.2));
}

TEST_CASE("What is no report gives an empty one") {
  CHECK(from_json("").parts.empty());
  CHECK(from_json("{\"parts\": 7").parts.empty());
}

TEST_CASE("A part that is measured again takes the place of the earlier one") {
  Report report = example();
  PartReport other, again = report.parts[0];
  other.name = "book";
  report.put(other);
  again.title = "again";
  report.put(again);
  REQUIRE(report.parts.size() == 2);
  CHECK(report.parts[0].title == "again");
  CHECK(report.parts[1].name == "book");
}

TEST_CASE("An aim is read from its words and met on its side alone") {
  CHECK(Aim::from("aim < 1.5").met_by(1.4));
  CHECK_FALSE(Aim::from("aim < 1.5").met_by(1.5));
  CHECK(Aim::from("aim > 0.9").met_by(0.95));
  CHECK_FALSE(Aim::from("aim > 0.9").met_by(0.89));
  CHECK_FALSE(Aim::from("").is_there());
  CHECK(Aim::from("aim < 1.5").text() == "aim < 1.5");
}

TEST_CASE("Numbers are shown with the digits that matter") {
  CHECK(shown(0.8124) == "0.812");
  CHECK(shown(1.0049) == "1.00");
  CHECK(shown(12.34) == "12.3");
  CHECK(shown(124000.4) == "124,000");
  CHECK(shown(999.7) == "1,000");
  CHECK(shown(1234567) == "1,234,567");
  CHECK(shown(0.00012) == "0.000120");
  CHECK(shown(-1500) == "-1,500");
  CHECK(shown(0) == "0");
}

TEST_CASE("Counts and ticks have no noughts behind the point") {
  CHECK(plain(10) == "10");
  CHECK(plain(0.5) == "0.5");
  CHECK(plain(1000) == "1,000");
  CHECK(plain(100) == "100");
  CHECK(plain(0) == "0");
  CHECK(plain(2.25) == "2.25");
}

#include <catch2/catch_test_macros.hpp>
#include <stdexcept>

#include "equivalents.hpp"

namespace {

const std::string list =
    "# a remark\n"
    "a.cpp: change a number\n"
    "- x = 5;\n"
    "Nobody sees x.\n"
    "\n"
    "a.cpp: change a sign\n"
    "- y < 5\n"
    "+ y <= 5\n"
    "It is never 5.\n";

mutants::Mutant mutant(const std::string& rule, const std::string& before, const std::string& after) {
  return {rule, 1, before, after, ""};
}

}  // namespace

TEST_CASE("A mutant is known by its file, its rule and its line, and by what it becomes if that is given") {
  mutants::Equivalents equivalents(list);
  CHECK(equivalents.reason("a.cpp", mutant("change a number", "x = 5;", "x = 6;")) == "Nobody sees x.");
  CHECK(equivalents.reason("a.cpp", mutant("change a number", "x = 5;", "x = 4;")) == "Nobody sees x.");
  CHECK(equivalents.reason("a.cpp", mutant("change a sign", "y < 5", "y <= 5")) == "It is never 5.");
  CHECK(equivalents.reason("a.cpp", mutant("change a sign", "y < 5", "y > 5")).empty());
  CHECK(equivalents.reason("b.cpp", mutant("change a number", "x = 5;", "x = 6;")).empty());
  CHECK(equivalents.reason("a.cpp", mutant("drop a check", "x = 5;", "x = 6;")).empty());
}

TEST_CASE("An entry that matches nothing is told") {
  mutants::Equivalents equivalents(list);
  auto unmatched = equivalents.matching_none("a.cpp", {mutant("change a number", "x = 5;", "x = 6;")});
  REQUIRE(unmatched.size() == 1);
  CHECK(unmatched[0] == "a.cpp: change a sign\n- y < 5");
  CHECK(equivalents.matching_none("b.cpp", {}).empty());
}

TEST_CASE("An entry without a reason is refused") {
  CHECK_THROWS_AS(mutants::Equivalents("a.cpp: change a number\n- x = 5;\n"), std::runtime_error);
  CHECK_THROWS_AS(mutants::Equivalents("no rule\n"), std::runtime_error);
}

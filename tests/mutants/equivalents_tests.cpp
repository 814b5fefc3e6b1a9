#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <set>
#include <stdexcept>

#include "equivalents.hpp"
#include "files.hpp"

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
  return {rule, 1, "", before, after, ""};
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

TEST_CASE("An entry that names a function hides nothing in another one") {
  mutants::Equivalents equivalents("a.cpp: drop a statement in finish\n- serve();\nNobody waits.\n");
  mutants::Mutant in_run{"drop a statement", 3, "run", "serve();", ";", ""};
  mutants::Mutant in_finish{"drop a statement", 9, "finish", "serve();", ";", ""};
  CHECK(equivalents.reason("a.cpp", in_run).empty());
  CHECK(equivalents.reason("a.cpp", in_finish) == "Nobody waits.");
  CHECK(equivalents.matching_several("a.cpp", {in_run, in_finish}).empty());
}

TEST_CASE("An entry that stands for several functions is told; one for several changes of one line is none") {
  mutants::Equivalents equivalents("a.cpp: change a number\n- x = 5;\nNobody sees x.\n");
  std::vector<mutants::Mutant> one_function{{"change a number", 3, "run", "x = 5;", "x = 6;", ""},
                                            {"change a number", 3, "run", "x = 5;", "x = 4;", ""}};
  CHECK(equivalents.matching_several("a.cpp", one_function).empty());
  std::vector<mutants::Mutant> two_functions = one_function;
  two_functions.push_back({"change a number", 9, "finish", "x = 5;", "x = 6;", ""});
  CHECK(equivalents.matching_several("b.cpp", two_functions).empty());
  CHECK(equivalents.matching_several("a.cpp", two_functions) ==
        std::vector<std::string>{"a.cpp: change a number\n- x = 5;\n  in finish\n  in run"});
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

// So that who changes a line of a reference hears of it at once, not after a hunt of hours.
TEST_CASE("Every entry of every lab's list matches a mutant of the reference, in one function") {
  int lists = 0;
  for (const auto& lab : std::filesystem::directory_iterator(SOURCE "/tests")) {
    std::filesystem::path path = lab.path() / "mistakes" / "equivalent.txt";
    if (!std::filesystem::exists(path)) continue;
    CAPTURE(path);
    ++lists;
    mutants::Equivalents equivalents(harness::text_of(path));
    std::vector<std::string> files = equivalents.files();
    for (const std::string& file : std::set<std::string>(files.begin(), files.end())) {
      std::filesystem::path source = std::filesystem::path(SOURCE "/solutions") / lab.path().filename() / file;
      CAPTURE(source);
      std::vector<mutants::Mutant> mutants = mutants::mutants_of(harness::text_of(source));
      CHECK(equivalents.matching_none(file, mutants) == std::vector<std::string>{});
      CHECK(equivalents.matching_several(file, mutants) == std::vector<std::string>{});
    }
  }
  CHECK(lists > 0);
}

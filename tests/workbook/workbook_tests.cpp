// Every lab has all its pieces, and the words that name a part are the same wherever it is named.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "files.hpp"
#include "json.hpp"

namespace fs = std::filesystem;

namespace {

const fs::path source = SOURCE;

std::set<std::string> names_in(const fs::path& folder, const std::string& extension = "") {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    if (extension.empty() || entry.path().extension() == extension) names.insert(entry.path().filename().string());
  return names;
}

std::vector<std::string> lab_stems() {
  std::vector<std::string> stems;
  for (const std::string& name : names_in(source / "labs"))
    if (fs::is_directory(source / "labs" / name)) stems.push_back(name);
  return stems;
}

// What the groups of `pattern` match, everywhere in `text`.
std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
  std::regex regex(pattern);
  std::vector<std::string> all;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match)
    all.push_back((*match)[1]);
  return all;
}

std::set<std::string> headings(const fs::path& chapter) {
  auto found = matches(harness::text_of(chapter), "(?:^|\n)##+ ([^\n{]*[^\n{ ])");
  return {found.begin(), found.end()};
}

// "02.3 send the whole reply"
std::vector<std::string> parts_of(const std::string& stem) {
  std::istringstream lines(harness::text_of(source / "tests" / stem / "parts.txt"));
  std::vector<std::string> parts;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) parts.push_back(line);
  return parts;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("The top level holds what it should, and dot-files") {
  std::set<std::string> names;
  for (const std::string& name : names_in(source))
    if (name[0] != '.') names.insert(name);
  CHECK(names == std::set<std::string>{"CMakeLists.txt", "CMakePresets.json", "README.md", "common", "docs", "labs",
                                       "solutions", "tests"});
}

TEST_CASE("A skeleton and its solution have the same files, declared by the same line") {
  std::string stem = GENERATE(from_range(lab_stems()));
  CAPTURE(stem);
  std::set<std::string> skeleton = names_in(source / "labs" / stem);
  CHECK(skeleton.erase("README.md") == 1);
  CHECK(skeleton.erase("hints.md") == 1);
  CHECK(skeleton == names_in(source / "solutions" / stem));
  CHECK(harness::text_of(source / "labs" / stem / "CMakeLists.txt") ==
        harness::text_of(source / "solutions" / stem / "CMakeLists.txt"));
}

TEST_CASE("What is left to write is named as the parts are") {
  std::string stem = GENERATE(from_range(lab_stems()));
  CAPTURE(stem);
  auto parts = parts_of(stem);
  REQUIRE(parts.size() >= 5);
  std::set<std::string> named;
  for (const std::string& file : names_in(source / "labs" / stem, ".cpp"))
    for (const std::string& part :
         matches(harness::text_of(source / "labs" / stem / file), "not_written\\(\"([^\"]*)\"")) {
      CAPTURE(file, part);
      CHECK(std::find(parts.begin(), parts.end(), part) != parts.end());
      named.insert(part);
    }
  CHECK(named.size() >= 5);
}

TEST_CASE("Every part is in the task sheet and has three hints") {
  std::string stem = GENERATE(from_range(lab_stems()));
  std::string hints = harness::text_of(source / "labs" / stem / "hints.md"),
              sheet = harness::text_of(source / "labs" / stem / "README.md");
  std::set<std::string> chapter = headings(source / "docs" / (stem + ".md"));
  for (const std::string& part : parts_of(stem)) {
    CAPTURE(part);
    CHECK(contains(sheet, part.substr(0, part.find(' '))));
    std::size_t start = hints.find("## " + part + "\n");
    REQUIRE(start != std::string::npos);
    std::string section = hints.substr(start, hints.find("\n## ", start) - start);
    CHECK(matches(section, "<details><summary>([^<]*)</summary>").size() == 3);
    for (const std::string& heading : matches(section, "Read first: [^\"]*\"([^\"]*)\"")) {
      CAPTURE(heading);
      CHECK(chapter.contains(heading));
    }
  }
}

TEST_CASE("What a failing test tells to read is there to be read") {
  std::string stem = GENERATE(from_range(lab_stems()));
  std::set<std::string> chapter = headings(source / "docs" / (stem + ".md"));
  std::size_t references = 0;
  for (const std::string& file : names_in(source / "tests" / stem, ".cpp"))
    for (const std::string& heading :
         matches(harness::text_of(source / "tests" / stem / file), "chapter\\(\"([^\"]*)\"")) {
      CAPTURE(file, heading);
      CHECK(chapter.contains(heading));
      ++references;
    }
  CHECK(references >= 10);
}

TEST_CASE("Every lab has mistakes and alternatives enough to prove its tests") {
  std::string stem = GENERATE(from_range(lab_stems()));
  CAPTURE(stem);
  CHECK(names_in(source / "tests" / stem / "mistakes", ".patch").size() >= 12);
  CHECK(names_in(source / "tests" / stem / "alternatives").size() >= 4);
}

TEST_CASE("What could go wrong in a chapter is what the tests' recorded mistakes do") {
  std::string stem = GENERATE(from_range(lab_stems()));
  CAPTURE(stem);
  std::string chapter = harness::text_of(source / "docs" / (stem + ".md"));
  std::size_t start = chapter.find("## What could go wrong"), end = chapter.find("\n## ", start);
  REQUIRE(start != std::string::npos);
  std::string section = chapter.substr(start, end - start);
  // Under the table stands, for each row, the mistake that it tells of.
  auto rows = matches(section, "<!-- rows: ([^>]*) -->");
  REQUIRE(rows.size() == 1);
  auto mistakes = matches(rows[0], "([^ ]+)");
  CHECK(matches(section, "\n(\\| )").size() == mistakes.size() + 2);  // and the head, and the line under it
  for (const std::string& mistake : mistakes) {
    CAPTURE(mistake);
    CHECK(fs::exists(source / "tests" / stem / "mistakes" / (mistake + ".patch")));
  }
}

TEST_CASE("The first page says of each lab how many tests it has, none of them begun") {
  std::string stem = GENERATE(from_range(lab_stems()));
  std::string number = stem.substr(0, 2);
  std::size_t tests = 0;
  for (const std::string& file : names_in(source / "tests" / stem, ".cpp"))
    tests += matches(harness::text_of(source / "tests" / stem / file), "\n(TEST_CASE)\\(\"" + number + "\\.").size();
  CAPTURE(stem, tests);
  CHECK(matches(harness::text_of(source / "docs/start.md"), "lab" + number + " [^\n]* ([0-9]+) not started") ==
        std::vector<std::string>{std::to_string(tests)});
}

TEST_CASE("Where the book shows a line of the board, there is such a test, and it is worth that much") {
  std::size_t lines = 0;
  for (const std::string& page : names_in(source / "docs", ".md")) {
    const std::string text = harness::text_of(source / "docs" / page);
    const std::regex form("\n +[a-z ]+ +([0-9]{2})(\\.[0-9]+\\.[0-9]+) +([^\n]*[^ \n]) +[0-9]+ of ([0-9]+)(?=\n)");
    for (std::sregex_iterator line(text.begin(), text.end(), form), end; line != end; ++line, ++lines) {
      const std::string number = (*line)[1], name = number + (*line)[2].str() + " " + (*line)[3].str();
      CAPTURE(page, name);
      std::string declaration;
      for (const std::string& stem : lab_stems())
        if (stem.starts_with(number))
          for (const std::string& file : names_in(source / "tests" / stem, ".cpp")) {
            const std::string tests = harness::text_of(source / "tests" / stem / file);
            if (std::size_t found = tests.find("TEST_CASE(\"" + name + "\""); found != std::string::npos)
              declaration = tests.substr(found, tests.find("{\n", found) - found);
          }
      CHECK(contains(declaration, "[points:" + (*line)[4].str() + "]"));
    }
  }
  CHECK(lines >= 4);
}

TEST_CASE("The presets list the labs by their numbers") {
  harness::Json presets = harness::Json::parse(harness::text_of(source / "CMakePresets.json"));
  for (const char* kind : {"configurePresets", "buildPresets", "testPresets", "workflowPresets"}) {
    std::vector<std::string> labs;
    for (const harness::Json& preset : presets[kind].items())
      if (preset["name"].text().starts_with("lab")) labs.push_back(preset["name"].text());
    CAPTURE(kind, labs);
    CHECK(std::is_sorted(labs.begin(), labs.end()));
  }
}

TEST_CASE("Every lab has its presets and its line in the README and in the book's table of contents") {
  std::string stem = GENERATE(from_range(lab_stems()));
  std::string id = "lab" + stem.substr(0, 2);
  harness::Json presets = harness::Json::parse(harness::text_of(source / "CMakePresets.json"));
  for (const char* kind : {"configurePresets", "buildPresets", "testPresets", "workflowPresets"}) {
    CAPTURE(kind, id);
    const auto& all = presets[kind].items();
    CHECK(std::any_of(all.begin(), all.end(),
                      [&id](const harness::Json& preset) { return preset["name"].text() == id; }));
  }
  CHECK(contains(harness::text_of(source / "README.md"), "cmake --workflow --preset " + id));
  CHECK(contains(harness::text_of(source / "docs" / "index.md"), "@subpage " + id));
}

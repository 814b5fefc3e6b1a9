// Every error that a learner may meet has its section in the book, and the grader names no section that is not there.
#include "error_pages.hpp"

#include <stdio.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "files.hpp"

namespace fs = std::filesystem;

namespace {

const fs::path docs = fs::path(SOURCE) / "docs";

struct Section {
  std::string heading, id;
};

std::vector<Section> sections_of(const fs::path& page) {
  const std::string text = harness::text_of(page);
  const std::regex form("\n## ([^\n]*[^ ]) \\{#(error-[^}]*)\\}");
  std::vector<Section> sections;
  for (std::sregex_iterator match(text.begin(), text.end(), form), end; match != end; ++match)
    sections.push_back({(*match)[1], (*match)[2]});
  return sections;
}

std::vector<fs::path> error_pages_in_docs() {
  std::vector<fs::path> pages;
  for (const auto& entry : fs::directory_iterator(docs))
    if (entry.path().filename().string().starts_with("errors-")) pages.push_back(entry.path());
  return pages;
}

// What `command` prints.
std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  char buffer[4096];
  for (std::size_t count; (count = ::fread(buffer, 1, sizeof buffer, pipe)) > 0;) output.append(buffer, count);
  CHECK(::pclose(pipe) == 0);
  return output;
}

}  // namespace

TEST_CASE("The sections that the grader names are there, with the message in their heading") {
  REQUIRE(harness::error_pages().size() > 30);
  for (const harness::ErrorPage& page : harness::error_pages()) {
    CAPTURE(page.message, page.file, page.heading);
    std::set<std::string> headings;
    for (const Section& section : sections_of(docs / page.file)) headings.insert(section.heading);
    CHECK(headings.contains(std::string(page.heading)));
  }
}

TEST_CASE("Every section about an error is in the index of errors") {
  const std::string index = harness::text_of(docs / "errors.md");
  std::size_t seen = 0;
  for (const fs::path& page : error_pages_in_docs())
    for (const Section& section : sections_of(page)) {
      CAPTURE(page, section.heading);
      CHECK(index.find("@ref " + section.id + " |") != std::string::npos);
      ++seen;
    }
  CHECK(seen > 40);
}

TEST_CASE("Errors that are provoked come, and each is explained") {
  std::istringstream lines(output_of(PROVOKE));
  std::size_t seen = 0;
  for (std::string line; std::getline(lines, line); ++seen) {
    CAPTURE(line);
    CHECK(line.find("did not come") == std::string::npos);
    CHECK(harness::where_explained(line) != "");
  }
  CHECK(seen > 15);
}

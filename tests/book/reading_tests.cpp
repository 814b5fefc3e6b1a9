// What the grader tells a learner to read is a section of the built book, which a link can lead to.
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "page.hpp"

namespace fs = std::filesystem;

namespace {

const fs::path source = SOURCE;

// "docs/02-tcp-echo.md" becomes the titles of its sections, as the built page has them.
std::set<std::string> sections_of(const std::string& chapter) {
  auto id = matches(text_of(source / chapter), "^# [^{\n]*\\{#([^}]+)\\}");
  CAPTURE(chapter);
  REQUIRE(id.size() == 1);
  std::set<std::string> titles;
  std::string html = text_of(fs::path(STUDENT) / (id[0] + ".html"));
  for (const std::string& title :
       matches(html, "<h[2-4] id=\"[^\"]+\">((?:[^<]|<(?!a class=\"self-link\"))*?) ?<a class=\"self-link\""))
    titles.insert(plain_text(title));
  return titles;
}

}  // namespace

TEST_CASE("Every section that a failure names is in the built book") {
  std::map<std::string, std::set<std::string>> book;
  std::size_t references = 0;
  for (const auto& entry : fs::recursive_directory_iterator(source / "tests")) {
    if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
    std::string text = text_of(entry.path());
    auto chapters = matches(text, "read_about\\(\"(docs/[0-9a-z-]+\\.md)");
    if (chapters.empty()) continue;
    if (!book.contains(chapters[0])) book[chapters[0]] = sections_of(chapters[0]);
    for (const std::string& heading : matches(text, "chapter\\(\"([^\"]*)\"")) {
      CAPTURE(entry.path(), heading);
      CHECK(book[chapters[0]].contains(heading));
      ++references;
    }
  }
  CHECK(references >= 100);
}

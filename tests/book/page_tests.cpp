// Every page of both editions is one that everybody can use: by eye, by ear, by keyboard, without a network.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <regex>
#include <set>
#include <string>

#include "page.hpp"

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

// A picture's tag says what it shows, or that it is an ornament.
bool says_what_it_shows(const std::string& img) {
  return std::regex_search(img, std::regex("alt=\"[^\"]+\"|role=\"presentation\""));
}

// The text of the page's pieces that are not code.
std::string prose_of(const std::string& html) {
  std::string rest = html;
  for (const char* element : {"code", "pre", "script"}) {
    std::string begin = std::string("<") + element, end = std::string("</") + element + ">";
    for (std::size_t at = rest.find(begin); at != std::string::npos; at = rest.find(begin, at)) {
      std::size_t stop = rest.find(end, at);
      rest.erase(at, stop == std::string::npos ? stop : stop + end.size() - at);
    }
  }
  for (std::size_t at = rest.find("<div class=\"line\">"); at != std::string::npos;
       at = rest.find("<div class=\"line\">", at))
    rest.erase(at, rest.find("</div>", at) - at);
  return rest;
}

}  // namespace

TEST_CASE("Every page has its landmarks, one title, and a way past the menu") {
  std::string edition = GENERATE(STUDENT, INSTRUCTOR);
  for (const auto& [name, html] : pages_of(edition)) {
    CAPTURE(edition, name);
    CHECK(contains(html, "<html lang=\"en\">"));
    CHECK(count(html, "<main id=\"content\"") == 1);
    CHECK(contains(html, "<a class=\"skip-link\" href=\"#content\">"));
    CHECK(contains(html, "<nav class=\"chapters\""));
    CHECK(count(html, "<h1 class=\"title\">") == 1);
    CHECK_FALSE(contains(html, "<!-- chapters -->"));
    CHECK_FALSE(contains(html, "<!-- previous and next -->"));
  }
}

TEST_CASE("Every page of the book is marked in the sidebar, and the next one leads back to it") {
  auto order = matches(text_of(std::string(STUDENT) + "/index.html"), "<li><a href=\"([^\"]+)\"");
  REQUIRE(order.size() >= 9);
  REQUIRE(order.back() == "print.html");
  order.pop_back();
  for (std::size_t i = 0; i < order.size(); ++i) {
    std::string html = text_of(std::string(STUDENT) + "/" + order[i]);
    CAPTURE(order[i]);
    CHECK(matches(html, "<a href=\"([^\"]+)\" aria-current=\"page\">") == std::vector<std::string>{order[i]});
    if (i > 0) CHECK(contains(html, "rel=\"prev\" href=\"" + order[i - 1] + "\""));
    if (i + 1 < order.size()) CHECK(contains(html, "rel=\"next\" href=\"" + order[i + 1] + "\""));
  }
}

TEST_CASE("Every picture says in words what it shows") {
  std::string edition = GENERATE(STUDENT, INSTRUCTOR);
  for (const auto& [name, html] : pages_of(edition)) {
    CAPTURE(edition, name);
    for (const std::string& img : matches(html, "(<img [^>]*>)")) {
      CAPTURE(img);
      CHECK(says_what_it_shows(img));
    }
    for (const std::string& svg : matches(html, "(<svg [^>]*>)")) {
      CAPTURE(svg);
      CHECK(
          std::regex_search(svg, std::regex("aria-label=\"[^\"]+\"|aria-labelledby=\"[^\"]+\"|aria-hidden=\"true\"")));
    }
    CHECK_FALSE(contains(html, "<object"));
    CHECK_FALSE(contains(html, "<iframe"));
  }
}

TEST_CASE("Nothing is loaded from the network") {
  std::string edition = GENERATE(STUDENT, INSTRUCTOR);
  for (const auto& [name, html] : pages_of(edition)) {
    CAPTURE(edition, name);
    CHECK(matches(html, "(?: src|srcset|data)=\"((?:https?:)?//[^\"]*)\"").empty());
    CHECK(matches(html, "<link [^>]*href=\"((?:https?:)?//[^\"]*)\"").empty());
  }
  for (const char* file : {"/book.css", "/book.js", "/search.js", "/theme.js"}) {
    CAPTURE(file);
    CHECK_FALSE(contains(text_of(edition + file), "//cdn"));
    CHECK(matches(text_of(edition + file), "(url\\(|@import|fetch\\(|https?://)").empty());
  }
}

TEST_CASE("No anchor of a page is there twice") {
  std::string edition = GENERATE(STUDENT, INSTRUCTOR);
  for (const auto& [name, html] : pages_of(edition)) {
    CAPTURE(edition, name);
    std::set<std::string> seen;
    for (const std::string& id : matches(html, "[ \\n]id=\"([^\"]+)\"")) {
      CAPTURE(id);
      CHECK(seen.insert(id).second);
    }
  }
}

TEST_CASE("No markup is left standing in the text") {
  std::string edition = GENERATE(STUDENT, INSTRUCTOR);
  for (const auto& [name, html] : pages_of(edition)) {
    if (name.ends_with("_source.html")) continue;
    CAPTURE(edition, name);
    std::string prose = prose_of(html);
    for (const char* mark : {"`", "\\ilinebr", "&lt;td", "&lt;/", "@subpage", "@ref", "@snippet", "**"}) {
      CAPTURE(mark);
      // The interface has `char **argv`.
      if (mark == std::string("**") && !contains(html, "<!-- PageDoc -->")) continue;
      std::size_t at = prose.find(mark);
      CHECK((at == std::string::npos ? "" : prose.substr(at < 60 ? 0 : at - 60, 120)) == "");
    }
  }
}

TEST_CASE("The page for print holds every chapter, unfolded, its links inside itself") {
  std::string html = text_of(std::string(STUDENT) + "/print.html");
  for (const char* lab : {"lab01", "lab02", "lab03", "lab04", "lab05", "lab06", "lab07"}) {
    CAPTURE(lab);
    CHECK(contains(html, std::string("id=\"page-") + lab + "\""));
  }
  CHECK_FALSE(contains(html, "<details>"));
  std::string text = html.substr(html.find("<section class=\"chapter\""));
  CHECK(matches(text, "href=\"(lab[0-9]+\\.html[^\"]*)\"").empty());
}

TEST_CASE("Only the edition for instructors has the pages for instructors") {
  CHECK(std::filesystem::exists(std::string(INSTRUCTOR) + "/instructor.html"));
  for (const auto& [name, html] : pages_of(STUDENT)) {
    CAPTURE(name);
    CHECK_FALSE(name.starts_with("instructor"));
    CHECK_FALSE(contains(html, "instructor.html"));
  }
}

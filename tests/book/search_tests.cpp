// The index of the search holds every section of the book; what it is asked most is found where it should be.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "page.hpp"

namespace {

struct Entry {
  std::string page, anchor, page_title, title, text;
};

// The next "string" of a line of JavaScript, from `at` on, which moves behind it.
std::string next_string(const std::string& line, std::size_t& at) {
  std::string text;
  at = line.find('"', at);
  REQUIRE(at != std::string::npos);
  for (++at; at < line.size() && line[at] != '"'; ++at) {
    if (line[at] == '\\') ++at;
    text += line.at(at);
  }
  ++at;
  return text;
}

// One entry a line: ["lab02.html", "lab02-half-close", "Lab 02: TCP echo", "...", "...", ],
std::vector<Entry> index() {
  std::ifstream file(std::string(STUDENT) + "/search-index.js");
  std::vector<Entry> entries;
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with("[\"")) continue;
    std::size_t at = 0;
    Entry entry;
    for (std::string* field : {&entry.page, &entry.anchor, &entry.page_title, &entry.title, &entry.text})
      *field = next_string(line, at);
    CAPTURE(line);
    CHECK(line.substr(at) == ", ],");
    entries.push_back(entry);
  }
  return entries;
}

std::string small_letters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

TEST_CASE("Every section of every page of the book has an entry in the index") {
  auto entries = index();
  std::set<std::string> indexed;
  for (const Entry& entry : entries) indexed.insert(entry.page + "#" + entry.anchor);
  std::size_t sections = 0;
  for (const std::string& page : matches(text_of(std::string(STUDENT) + "/index.html"), "<li><a href=\"([^\"]+)\"")) {
    if (page == "print.html") continue;
    std::string html = text_of(std::string(STUDENT) + "/" + page);
    for (const std::string& anchor : matches(html, "<h[2-4] id=\"([^\"]+)\">")) {
      CAPTURE(page, anchor);
      CHECK(indexed.contains(page + "#" + anchor));
      ++sections;
    }
  }
  CHECK(sections >= 80);
}

TEST_CASE("An entry holds the words of its section and no markup") {
  for (const Entry& entry : index()) {
    CAPTURE(entry.page, entry.anchor, entry.text);
    CHECK(entry.text.find("<div") == std::string::npos);
    CHECK(entry.text.find("&lt;") == std::string::npos);
    CHECK_FALSE(entry.page_title.empty());
  }
}

TEST_CASE("What people look for is in the index where it should be") {
  auto entries = index();
  std::ifstream questions(std::string(SOURCE) + "/tests/book/questions.txt");
  std::string line;
  std::size_t asked = 0;
  while (std::getline(questions, line)) {
    std::string pages = " " + line.substr(0, line.find('|')) + " ";
    // One entry of these pages must hold all words of the question; of a message those that follow the last colon.
    std::string question = line.substr(line.rfind(line.find(": ") == std::string::npos ? '|' : ':') + 1);
    auto words = matches(small_letters(question), "([a-z_]{2,})");
    CAPTURE(pages, question);
    REQUIRE_FALSE(words.empty());
    CHECK(std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
      std::string text = small_letters(entry.page_title + " " + entry.title + " " + entry.text);
      return pages.find(" " + entry.page + " ") != std::string::npos &&
             std::all_of(words.begin(), words.end(),
                         [&](const std::string& word) { return text.find(word) != std::string::npos; });
    }));
    ++asked;
  }
  CHECK(asked >= 12);
}

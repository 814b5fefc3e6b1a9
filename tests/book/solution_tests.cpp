// The edition for learners gives no line of a solution away.
//
// A line of solutions/ is telling when it is code (no comment, no #include), has at least 24 characters that are not
// blanks, and stands nowhere in what learners have anyway: labs/, common/ and the book's own examples. Blanks and line
// breaks do not count, in the line and in the page, so that neither another indentation nor a line that was broken
// hides it.
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "page.hpp"

namespace fs = std::filesystem;

namespace {

const fs::path source = SOURCE;
constexpr std::size_t telling_length = 24;

std::string without_blanks(const std::string& text) {
  std::string rest;
  for (char c : text)
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') rest += c;
  return rest;
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  return files;
}

// Finds which of many lines stand in a text, in one walk through it.
class Lines {
 public:
  void add(const std::string& line) { by_beginning_[line.substr(0, telling_length)].push_back(line); }

  std::vector<std::string> found_in(const std::string& text) const {
    std::vector<std::string> found;
    for (std::size_t at = 0; at + telling_length <= text.size(); ++at) {
      auto candidates = by_beginning_.find(text.substr(at, telling_length));
      if (candidates == by_beginning_.end()) continue;
      for (const std::string& line : candidates->second)
        if (text.compare(at, line.size(), line) == 0) found.push_back(line);
    }
    return found;
  }

  void remove(const std::string& line) { std::erase(by_beginning_[line.substr(0, telling_length)], line); }

  std::size_t size() const {
    std::size_t sum = 0;
    for (const auto& [beginning, lines] : by_beginning_) sum += lines.size();
    return sum;
  }

 private:
  std::unordered_map<std::string, std::vector<std::string>> by_beginning_;
};

Lines telling_lines() {
  Lines lines;
  for (const fs::path& file : files_in(source / "solutions")) {
    if (file.extension() != ".cpp" && file.extension() != ".hpp") continue;
    std::istringstream text(text_of(file));
    std::string line;
    while (std::getline(text, line)) {
      line = without_blanks(line);
      if (line.size() >= telling_length && !line.starts_with("//") && !line.starts_with("#")) lines.add(line);
    }
  }
  for (const char* open : {"labs", "common", "docs/examples"})
    for (const fs::path& file : files_in(source / open))
      for (const std::string& line : lines.found_in(without_blanks(text_of(file)))) lines.remove(line);
  return lines;
}

}  // namespace

TEST_CASE("No page for learners holds a line of a solution") {
  Lines lines = telling_lines();
  CHECK(lines.size() >= 150);
  for (const auto& [name, html] : pages_of(STUDENT)) {
    CAPTURE(name);
    CHECK(lines.found_in(without_blanks(plain_text(html))) == std::vector<std::string>{});
  }
  CHECK(lines.found_in(without_blanks(plain_text(text_of(fs::path(STUDENT) / "search-index.js")))).empty());
}

TEST_CASE("A line of a solution is found in a page, also broken and coloured") {
  Lines lines;
  lines.add(without_blanks("if (reply.size() < expected) throw std::runtime_error(ended_early(reply.size()));"));
  std::string page =
      "<p>Like this:</p><div class=\"line\">  <span class=\"keywordflow\">if</span> (reply.size() &lt; "
      "expected)</div>\n"
      "<div class=\"line\">    <span class=\"keywordflow\">throw</span> "
      "std::runtime_error(ended_early(reply.size()));</div>";
  CHECK(lines.found_in(without_blanks(plain_text(page))).size() == 1);
}

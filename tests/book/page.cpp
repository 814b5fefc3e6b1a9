#include "page.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  if (!stream) throw std::runtime_error("no such file: " + file.string());
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::vector<Page> pages_of(const fs::path& edition) {
  std::vector<Page> pages;
  for (const auto& entry : fs::directory_iterator(edition))
    if (entry.path().extension() == ".html") pages.push_back({entry.path().filename().string(), text_of(entry.path())});
  REQUIRE(pages.size() >= 10);
  return pages;
}

std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
  std::regex regex(pattern);
  std::vector<std::string> all;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match)
    all.push_back((*match)[1]);
  return all;
}

std::string plain_text(const std::string& html) {
  static const std::vector<std::pair<std::string, std::string>> entities = {
      {"&lt;", "<"},    {"&gt;", ">"},   {"&quot;", "\""},  {"&#39;", "'"},  {"&lsquo;", "'"},
      {"&rsquo;", "'"}, {"&#160;", " "}, {"&ndash;", "--"}, {"&nbsp;", " "}, {"&amp;", "&"},
  };
  std::string text;
  for (std::size_t at = 0; at < html.size();) {
    if (html[at] == '<') {
      std::size_t end = html.find('>', at);
      at = end == std::string::npos ? html.size() : end + 1;
      continue;
    }
    auto entity = std::find_if(entities.begin(), entities.end(), [&](const auto& known) {
      return html.compare(at, known.first.size(), known.first) == 0;
    });
    if (entity != entities.end()) {
      text += entity->second;
      at += entity->first.size();
    } else {
      text += html[at++];
    }
  }
  return text;
}

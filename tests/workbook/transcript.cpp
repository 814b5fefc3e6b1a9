#include "transcript.hpp"

#include <regex>
#include <sstream>

namespace {

std::string trimmed(const std::string& text) { return text.substr(0, text.find_last_not_of(' ') + 1); }

void read_two_shells(Transcript& block, const std::vector<std::string>& lines) {
  std::size_t column = lines.front().find("right");
  for (std::size_t i = 1; i < lines.size(); ++i)
    for (bool right : {false, true}) {
      std::string cell =
          right ? (lines[i].size() > column ? lines[i].substr(column) : "") : trimmed(lines[i].substr(0, column));
      if (cell.empty()) continue;
      bool typed = cell.starts_with("> ");
      block.turns.push_back({right, typed, typed ? cell.substr(2) : cell});
    }
}

void read_commands(Transcript& block, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    if (line.starts_with("$ "))
      block.typed.push_back({line.substr(2), {}});
    else
      block.typed.back().answer.push_back(line);
  }
}

bool agree_from(const std::vector<std::string>& expected, std::size_t i, const std::vector<std::string>& lines,
                std::size_t j) {
  if (i == expected.size()) return j == lines.size();
  if (expected[i] == "...")
    return agree_from(expected, i + 1, lines, j) || (j < lines.size() && agree_from(expected, i, lines, j + 1));
  return j < lines.size() && masked(expected[i]) == masked(lines[j]) && agree_from(expected, i + 1, lines, j + 1);
}

}  // namespace

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<Transcript> transcripts_in(const std::string& markdown) {
  static const std::regex excuse("<!-- not replayed: (.*) -->");
  std::vector<Transcript> all;
  std::vector<std::string> lines = lines_of(markdown);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].starts_with("```")) continue;
    std::size_t begin = ++i;
    while (i < lines.size() && lines[i] != "```") ++i;
    std::vector<std::string> inside(lines.begin() + static_cast<std::ptrdiff_t>(begin),
                                    lines.begin() + static_cast<std::ptrdiff_t>(i));
    if (inside.empty()) continue;
    Transcript block;
    block.line = begin;
    for (const std::string& line : inside) block.all += line + "\n";
    std::smatch found;
    if (begin >= 2 && std::regex_match(lines[begin - 2], found, excuse)) block.excuse = found[1];
    if (inside.front().starts_with("$ "))
      read_commands(block, inside);
    else if (std::regex_match(inside.front(), std::regex("left +right")))
      read_two_shells(block, inside);
    else
      continue;
    all.push_back(std::move(block));
  }
  return all;
}

std::string masked(const std::string& line) {
  std::string text = trimmed(line);
  text = std::regex_replace(text, std::regex("(127\\.0\\.0\\.1|\\[::1\\]):[0-9]{5}\\b"), "$1:PORT");
  text = std::regex_replace(text, std::regex("[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4} GMT"), "DATE");
  text = std::regex_replace(text, std::regex("\\b[0-9]+\\.[0-9]+ seconds\\b"), "TIME");
  text = std::regex_replace(text, std::regex("for [0-9]+ more days"), "for N more days");
  text = std::regex_replace(text, std::regex(" = "), "=");  // in names of certificates, as OpenSSL's version has it
  return text;
}

bool agree(const std::vector<std::string>& expected, const std::vector<std::string>& lines) {
  return agree_from(expected, 0, lines, 0);
}

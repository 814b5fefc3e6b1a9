#pragma once
#include <string>
#include <vector>

/// What a page shows of a terminal, read from its Markdown.
///
/// A fenced block that begins with `$ ` is a transcript: what stands behind `$ ` is typed, the lines under it are the
/// answer. A block whose first line has the words `left` and `right` shows two shells of lab 01 side by side, with `> `
/// before what is typed. In an answer, a line `...` stands for any lines. Not replayed is what a comment before
/// the block excuses: `<!-- not replayed: needs root -->`.
struct Typed {
  std::string command;
  std::vector<std::string> answer;
};

/// One line of a block with two shells: in one of them something is typed, or an answer is read.
struct Turn {
  bool right = false, typed = false;
  std::string text;
};

struct Transcript {
  std::size_t line = 0;  ///< of the page, where the block begins
  std::string excuse, all;
  std::vector<Typed> typed;
  std::vector<Turn> turns;
};

std::vector<Transcript> transcripts_in(const std::string& markdown);

/// Ports that the system chose, dates and durations are not the same twice.
std::string masked(const std::string& line);

/// True when `lines` is `expected`, in which a line `...` stands for any lines.
bool agree(const std::vector<std::string>& expected, const std::vector<std::string>& lines);

std::vector<std::string> lines_of(const std::string& text);

#pragma once
#include <string>
#include <vector>

/// What a page shows of a terminal, read from its Markdown.
///
/// A fenced block that begins with `$ ` is a transcript: what stands behind `$ ` is typed (a line that begins with `>
/// `, or follows a backslash, goes on with it), the lines under it are the answer. A block that begins with `> ` shows
/// lab 01's shell; one whose first line has the words `left` and `right` shows two of them side by side. In an answer,
/// a line `...` stands for any lines, and `...` in a line for any text.
///
/// Comments before the block say more. Every block without a language is a transcript, or says that it is none.
///
///     <!-- typed before: COMMAND -->      to get ready; what it prints is not looked at
///     <!-- typed instead: COMMAND -->     where what the reader types is too much for a test
///     <!-- shown by: COMMAND -->          the block is nothing but an answer, of this command
///     <!-- meanwhile: COMMAND -->         typed in another terminal while the block's only command goes on
///     <!-- not replayed: WHY -->
///     <!-- no transcript -->              a picture, a file, a protocol
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
  std::string excuse, meanwhile, all;
  std::vector<std::string> before;
  std::vector<Typed> typed;
  std::vector<Turn> turns;
};

std::vector<Transcript> transcripts_in(const std::string& markdown);

/// Where the page has a block of which it cannot be said whether a terminal shows it: "line 12: ..."
std::vector<std::string> doubtful_blocks(const std::string& markdown);

/// Ports that the system chose, dates, durations, process numbers and places in memory or in a source file are not the
/// same twice; how many spaces stand between two columns depends on them.
std::string masked(const std::string& line);

/// True when `line` is `expected`, both masked, in which `...` stands for any text.
bool line_agrees(const std::string& expected, const std::string& line);

/// True when `lines` is `expected`, in which a line `...` stands for any lines.
bool agree(const std::vector<std::string>& expected, const std::vector<std::string>& lines);

std::vector<std::string> lines_of(const std::string& text);

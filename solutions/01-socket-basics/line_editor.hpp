#pragma once
// Given: lines from a terminal, with the keys that people expect.
#include <optional>
#include <string>
#include <vector>

/// Reads lines. On a terminal with a prompt, with left and right, backspace, up and down through earlier lines,
/// Ctrl-A and Ctrl-E (begin, end), Ctrl-U (clear), Ctrl-C (a fresh line) and Ctrl-D (the end); otherwise as they come.
class LineEditor {
 public:
  LineEditor();

  /// The next line without its newline; nothing at the end of input.
  std::optional<std::string> next();

 private:
  std::optional<std::string> edit();
  bool handle(char key);
  void handle_arrow();
  void recall(std::size_t index);
  void draw() const;

  bool terminal_;
  std::vector<std::string> history_;
  std::size_t shown_ = 0;   // of history_; its size stands for the new line
  std::string line_;
  std::size_t cursor_ = 0;  // in bytes from the start of the line
};

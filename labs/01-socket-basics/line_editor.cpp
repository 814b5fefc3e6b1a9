#include "line_editor.hpp"

#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>

namespace {

constexpr const char* prompt = "> ";

constexpr char ctrl(char letter) { return static_cast<char>(letter & 0x1f); }

// Gives us every key at once and unseen while a line is edited, and the terminal back as it was afterwards.
class RawTerminal {
 public:
  RawTerminal() {
    ::tcgetattr(0, &before_);
    termios raw = before_;
    raw.c_lflag &= static_cast<tcflag_t>(~(ICANON | ECHO | ISIG));
    ::tcsetattr(0, TCSADRAIN, &raw);
  }
  ~RawTerminal() { ::tcsetattr(0, TCSADRAIN, &before_); }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

 private:
  termios before_{};
};

// 0 at the end of input. A signal (a resized window) is no end.
char read_key() {
  char key = 0;
  ssize_t count;
  do {
    count = ::read(0, &key, 1);
  } while (count < 0 && errno == EINTR);
  return count == 1 ? key : '\0';
}

}  // namespace

LineEditor::LineEditor() : terminal_(::isatty(0) && ::isatty(1)) {}

std::optional<std::string> LineEditor::next() {
  if (terminal_) return edit();
  std::string line;
  if (!std::getline(std::cin, line)) return {};
  return line;
}

std::optional<std::string> LineEditor::edit() {
  RawTerminal raw;
  line_.clear();
  cursor_ = 0;
  shown_ = history_.size();
  draw();
  while (true) {
    char key = read_key();
    if (key == '\0' || (key == ctrl('D') && line_.empty())) {
      std::cout << '\n' << std::flush;
      return {};
    }
    if (handle(key)) break;
    draw();
  }
  std::cout << '\n' << std::flush;
  if (!line_.empty() && (history_.empty() || history_.back() != line_)) history_.push_back(line_);
  return line_;
}

// True when the line is complete.
bool LineEditor::handle(char key) {
  switch (key) {
    case '\r':
    case '\n': return true;
    case ctrl('C'): line_.clear(); return true;
    case ctrl('A'): cursor_ = 0; return false;
    case ctrl('E'): cursor_ = line_.size(); return false;
    case ctrl('U'):
      line_.clear();
      cursor_ = 0;
      return false;
    case ctrl('H'):
    case 127:
      if (cursor_ > 0) line_.erase(--cursor_, 1);
      return false;
    case 27: handle_arrow(); return false;
    default:
      if (static_cast<unsigned char>(key) >= 0x20) line_.insert(cursor_++, 1, key);
      return false;
  }
}

// Arrow keys come as three bytes: ESC [ A, and so on.
void LineEditor::handle_arrow() {
  if (read_key() != '[') return;
  switch (read_key()) {
    case 'A':
      if (shown_ > 0) recall(shown_ - 1);
      break;
    case 'B':
      if (shown_ < history_.size()) recall(shown_ + 1);
      break;
    case 'C':
      if (cursor_ < line_.size()) ++cursor_;
      break;
    case 'D':
      if (cursor_ > 0) --cursor_;
      break;
    default: break;
  }
}

void LineEditor::recall(std::size_t index) {
  shown_ = index;
  line_ = index < history_.size() ? history_[index] : "";
  cursor_ = line_.size();
}

void LineEditor::draw() const {
  std::cout << '\r' << prompt << line_ << "\033[K";
  if (line_.size() > cursor_) std::cout << "\033[" << line_.size() - cursor_ << 'D';
  std::cout << std::flush;
}

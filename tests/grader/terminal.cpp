#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <iostream>

bool on_terminal() {
  static const bool colours = [] {
    const char* term = std::getenv("TERM");
    const char* no_colour = std::getenv("NO_COLOR");
    return ::isatty(1) && !(no_colour && *no_colour) && !(term && std::strcmp(term, "dumb") == 0);
  }();
  return colours;
}

std::string in(Colour colour, std::string_view text) {
  const char* code = "";
  switch (colour) {
    case Colour::plain: return std::string(text);
    case Colour::bold: code = "1"; break;
    case Colour::dim: code = "2"; break;
    case Colour::green: code = "32"; break;
    case Colour::red: code = "31"; break;
    case Colour::yellow: code = "33"; break;
    case Colour::blue: code = "36"; break;
  }
  if (!on_terminal()) return std::string(text);
  return std::string("\033[") + code + "m" + std::string(text) + "\033[0m";
}

std::size_t columns() {
  winsize size{};
  if (::ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return std::clamp<std::size_t>(size.ws_col, 60, 120);
  return 100;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

std::string for_a_shell(const std::string& word) {
  auto means_itself = [](char c) {
    auto byte = static_cast<unsigned char>(c);
    // What is not ASCII is a letter of some language.
    return byte >= 0x80 || std::isalnum(byte) || std::strchr("_-+./:,@%=", c) != nullptr;
  };
  if (!word.empty() && word.find('\0') == std::string::npos && std::all_of(word.begin(), word.end(), means_itself))
    return word;
  std::string quoted = "'";
  for (char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// On a terminal that is narrower than any board the line must not wrap: it could not be written over.
void show_status(std::string_view text) {
  winsize size{};
  bool known = ::ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  std::size_t width = known ? std::min<std::size_t>(size.ws_col, columns()) : columns();
  if (on_terminal()) std::cout << "\r\033[K" << text.substr(0, width - 1) << std::flush;
}

void clear_status() {
  if (on_terminal()) std::cout << "\r\033[K" << std::flush;
}

#include "text.hpp"

#include <charconv>
#include <stdexcept>

namespace {

constexpr std::string_view letters = "abfnrtv\\\"'?";
constexpr std::string_view meanings = "\a\b\f\n\r\t\v\\\"'?";

bool is_octal(char c) { return c >= '0' && c <= '7'; }

// The value of up to `most` digits in front of `rest`, which are taken off.
char take_number(std::string_view& rest, std::size_t most, int base) {
  int value = 0;
  auto [end, error] = std::from_chars(rest.data(), rest.data() + std::min(most, rest.size()), value, base);
  if (error != std::errc() || value > 255) throw std::invalid_argument("not a byte: \\" + std::string(rest.substr(0, most)));
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return static_cast<char>(value);
}

char take_escape(std::string_view& rest) {
  if (rest.empty()) throw std::invalid_argument("a backslash at the end; type \\\\ for a backslash itself");
  char c = rest.front();
  if (is_octal(c)) return take_number(rest, 3, 8);
  rest.remove_prefix(1);
  if (c == 'x') {
    std::size_t before = rest.size();
    char byte = take_number(rest, 2, 16);
    if (before - rest.size() != 2) throw std::invalid_argument("\\x wants two digits, as in \\x0a");
    return byte;
  }
  std::size_t known = letters.find(c);
  if (known == std::string_view::npos)
    throw std::invalid_argument(std::string("unknown escape \\") + c + "; known are \\n \\t \\r \\0 \\\\ \\\" \\x0a \\012");
  return meanings[known];
}

}  // namespace

std::string unescape(std::string_view typed) {
  std::string bytes;
  while (!typed.empty()) {
    char c = typed.front();
    typed.remove_prefix(1);
    bytes += c == '\\' ? take_escape(typed) : c;
  }
  return bytes;
}

std::string quote(std::string_view bytes) {
  std::string shown = "\"";
  for (char c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      shown += "\\n";
    } else if (c == '\t') {
      shown += "\\t";
    } else if (c == '\r') {
      shown += "\\r";
    } else if (c == '"' || c == '\\') {
      shown += '\\';
      shown += c;
    } else if (byte < 0x20 || byte > 0x7e) {
      // Always two digits, so that a digit behind it cannot be taken for part of it.
      constexpr char hex[] = "0123456789abcdef";
      shown += "\\x";
      shown += hex[byte >> 4];
      shown += hex[byte & 15];
    } else {
      shown += c;
    }
  }
  return shown + "\"";
}

long number(std::string_view typed, const std::string& what, long lowest, long highest) {
  long value = 0;
  auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), value);
  if (typed.empty() || error != std::errc() || end != typed.data() + typed.size() || value < lowest || value > highest)
    throw std::invalid_argument(what + " is a number from " + std::to_string(lowest) + " to " + std::to_string(highest) +
                                ", not " + quote(typed));
  return value;
}

std::string take_word(std::string_view& line) {
  while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  std::size_t end = std::min(line.find(' '), line.size());
  std::string word(line.substr(0, end));
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

#include "quoted.hpp"

#include <algorithm>

namespace harness {
namespace {

std::string escaped(std::string_view bytes) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out;
  for (char c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      default:
        if (byte < 0x20 || byte > 0x7e) {
          out += "\\x";
          out += hex[byte >> 4];
          out += hex[byte & 15];
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string count(std::size_t n) { return std::to_string(n) + (n == 1 ? " byte" : " bytes"); }

// The part of `bytes` from `from` on, at most `most` of them, as it is shown: ... "text" ... (N bytes)
std::string window(std::string_view bytes, std::size_t from, std::size_t most) {
  from = std::min(from, bytes.size());
  std::string_view part = bytes.substr(from, most);
  std::string out = (from > 0 ? "... \"" : "\"") + escaped(part) + "\"";
  bool cut = part.size() < bytes.size();
  if (from + part.size() < bytes.size()) out += " ...";
  if (cut) out += " (" + count(bytes.size()) + ")";
  return out;
}

}  // namespace

std::string in_quotes(std::string_view bytes, std::size_t most) {
  if (bytes.size() <= most) return "\"" + escaped(bytes) + "\"";
  std::size_t half = most / 2;
  return "\"" + escaped(bytes.substr(0, half)) + "\" ... \"" + escaped(bytes.substr(bytes.size() - half)) + "\" (" +
         count(bytes.size()) + ")";
}

std::string printable(std::string_view text) {
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    out += (c == '\n' || c == '\t' || (byte >= 0x20 && byte <= 0x7e)) ? c : '?';
  }
  return out;
}

Comparison compare(std::string_view expected, std::string_view received) {
  auto [e, r] = std::mismatch(expected.begin(), expected.end(), received.begin(), received.end());
  auto at = static_cast<std::size_t>(r - received.begin());

  constexpr std::size_t before = 24, most = 56;
  std::size_t from = (expected.size() <= most && received.size() <= most) || at <= before ? 0 : at - before;

  Comparison result;
  result.expected = window(expected, from, most);
  result.received = window(received, from, most);
  std::size_t column = (from > 0 ? 5 : 1) + escaped(received.substr(from, at - from)).size();
  result.caret = std::string(column, ' ') + "^ ";
  std::string after = at == 0 ? "at the start: " : "after " + count(at) + ": ";
  if (e == expected.end() && r == received.end()) {
    result.caret = "";
  } else if (r == received.end()) {
    result.caret += after + std::to_string(expected.size() - at) + " more " +
                    (expected.size() - at == 1 ? "was" : "were") + " expected";
  } else if (e == expected.end()) {
    result.caret += after + "nothing more was expected";
  } else {
    result.caret += after + "this should be " + escaped(std::string_view(&*e, 1));
  }
  return result;
}

}  // namespace harness

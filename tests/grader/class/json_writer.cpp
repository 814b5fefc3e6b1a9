#include "json_writer.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace classroom {
namespace {

// 0 when no character of UTF-8 begins there.
std::size_t length_of_character(const std::string& text, std::size_t at) {
  auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  unsigned first = byte(at);
  std::size_t length = 0;
  if (first < 0x80) length = 1;
  if (first >= 0xc2 && first < 0xe0) length = 2;
  if (first >= 0xe0 && first < 0xf0) length = 3;
  if (first >= 0xf0 && first < 0xf5) length = 4;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  bool overlong = (first == 0xe0 && byte(at + 1) < 0xa0) || (first == 0xf0 && byte(at + 1) < 0x90);
  bool surrogate = first == 0xed && byte(at + 1) >= 0xa0, beyond = first == 0xf4 && byte(at + 1) >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

}  // namespace

std::string utf8(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = length_of_character(text, i);
    if (length == 0)
      out += "\xef\xbf\xbd";
    else
      out.append(text, i, length);
    i += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::string json_quoted(const std::string& text) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out = "\"";
  for (char c : utf8(text)) {
    auto byte = static_cast<unsigned char>(c);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += c;
    } else if (byte == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

JsonObject& JsonObject::member(const std::string& key, double value) {
  std::ostringstream text;
  double rounded = std::round(value * 1000) / 1000;
  text << (std::isfinite(rounded) ? rounded : value);
  return raw(key, text.str());
}

JsonObject& JsonObject::raw(const std::string& key, const std::string& value) {
  members_ += (members_.empty() ? "" : ", ") + json_quoted(key) + ": " + value;
  return *this;
}

}  // namespace classroom

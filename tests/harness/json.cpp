#include "json.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace harness {

std::string json_string(std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte > 0x7e) {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : rest_(text) {}

  std::optional<Json> value(int depth = 0) {
    if (depth > 32) return {};  // what we write is flat; deeper input is not ours
    skip_blanks();
    if (rest_.empty()) return {};
    switch (rest_.front()) {
      case '{': return object(depth);
      case '[': return array(depth);
      case '"': return string();
      default: return word();
    }
  }

  bool at_end() {
    skip_blanks();
    return rest_.empty();
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() &&
           (rest_.front() == ' ' || rest_.front() == '\t' || rest_.front() == '\n' || rest_.front() == '\r'))
      rest_.remove_prefix(1);
  }

  bool take(char c) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<Json> object(int depth) {
    Json result;
    result.kind_ = Json::Kind::object;
    take('{');
    if (take('}')) return result;
    do {
      skip_blanks();
      auto key = string();
      if (!key || !take(':')) return {};
      auto member = value(depth + 1);
      if (!member) return {};
      result.members_[key->text_] = std::move(*member);
    } while (take(','));
    if (!take('}')) return {};
    return result;
  }

  std::optional<Json> array(int depth) {
    Json result;
    result.kind_ = Json::Kind::array;
    take('[');
    if (take(']')) return result;
    do {
      auto item = value(depth + 1);
      if (!item) return {};
      result.items_.push_back(std::move(*item));
    } while (take(','));
    if (!take(']')) return {};
    return result;
  }

  std::optional<Json> string() {
    Json result;
    result.kind_ = Json::Kind::string;
    if (!take('"')) return {};
    while (!rest_.empty() && rest_.front() != '"') {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c != '\\') {
        result.text_ += c;
      } else if (!escape(result.text_)) {
        return {};
      }
    }
    if (!take('"')) return {};
    return result;
  }

  bool escape(std::string& into) {
    if (rest_.empty()) return false;
    char c = rest_.front();
    rest_.remove_prefix(1);
    switch (c) {
      case 'n': into += '\n'; return true;
      case 't': into += '\t'; return true;
      case 'r': into += '\r'; return true;
      case 'b': into += '\b'; return true;
      case 'f': into += '\f'; return true;
      case '"':
      case '\\':
      case '/': into += c; return true;
      case 'u': {
        unsigned code = 0;
        if (rest_.size() < 4) return false;
        auto [end, error] = std::from_chars(rest_.data(), rest_.data() + 4, code, 16);
        if (error != std::errc() || end != rest_.data() + 4) return false;
        rest_.remove_prefix(4);
        // We write bytes, so only the first 256 codes occur.
        into += code < 256 ? static_cast<char>(code) : '?';
        return true;
      }
      default: return false;
    }
  }

  std::optional<Json> word() {
    std::size_t length = rest_.find_first_of(",]} \t\r\n");
    std::string text(rest_.substr(0, length));
    rest_.remove_prefix(text.size());
    Json result;
    result.text_ = text;
    if (text == "null") return Json();
    if (text == "true" || text == "false") {
      result.kind_ = Json::Kind::boolean;
      result.number_ = text == "true";
      return result;
    }
    char* end = nullptr;
    result.number_ = std::strtod(text.c_str(), &end);
    result.kind_ = Json::Kind::number;
    // strtod knows more than JSON does: inf, nan, hexadecimal digits; and a zero byte would end the text for it.
    bool good = !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string::npos && *end == '\0' &&
                std::isfinite(result.number_);
    if (!good) return {};
    return result;
  }

  std::string_view rest_;
};

Json Json::parse(std::string_view text) {
  JsonReader reader(text);
  auto value = reader.value();
  return value && reader.at_end() ? *value : Json();
}

const Json& Json::operator[](const std::string& key) const {
  static const Json missing;
  auto found = members_.find(key);
  return found == members_.end() ? missing : found->second;
}

}  // namespace harness

#pragma once
#include <string>

/// JSON (RFC 8259) for other programs to read.
namespace classroom {

/// `text` as UTF-8 (RFC 3629): what is not becomes U+FFFD.
std::string utf8(const std::string& text);

/// A JSON string with its quotes. UTF-8 stays as it is, and what is not UTF-8 becomes U+FFFD, unlike with
/// harness::json_string, which carries any bytes.
std::string json_quoted(const std::string& text);

/// Writes one object; its members stand in the order of the calls.
class JsonObject {
 public:
  JsonObject& member(const std::string& key, const std::string& text) { return raw(key, json_quoted(text)); }
  JsonObject& member(const std::string& key, const char* text) { return raw(key, json_quoted(text)); }
  JsonObject& member(const std::string& key, bool value) { return raw(key, value ? "true" : "false"); }
  JsonObject& member(const std::string& key, int value) { return raw(key, std::to_string(value)); }
  JsonObject& member(const std::string& key, double value);
  JsonObject& member(const std::string& key, const JsonObject& object) { return raw(key, object.text()); }

  /// A list of what `write` makes of each item.
  template <class Items, class Write>
  JsonObject& list(const std::string& key, const Items& items, Write write) {
    std::string all;
    for (const auto& item : items) all += (all.empty() ? "\n  " : ",\n  ") + write(item);
    return raw(key, "[" + all + "]");
  }

  /// A value that is JSON already.
  JsonObject& raw(const std::string& key, const std::string& value);
  std::string text() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

}  // namespace classroom

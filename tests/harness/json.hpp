#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

// As much of JSON (RFC 8259) as the tests and `grade` say to each other: one value on one line.
namespace harness {

/// A JSON string with its quotes; bytes that are not printable ASCII are escaped.
std::string json_string(std::string_view text);

/// A value that was read. What is missing reads as empty, so that callers need no checks of their own.
class Json {
 public:
  enum class Kind { null, boolean, number, string, array, object };

  /// Reads one value. Anything that is not JSON gives a null value.
  static Json parse(std::string_view text);

  const Json& operator[](const std::string& key) const;
  const std::vector<Json>& items() const { return items_; }
  const std::string& text() const { return text_; }
  double number() const { return number_; }
  bool is_null() const { return kind_ == Kind::null; }
  Kind kind() const { return kind_; }
  const std::map<std::string, Json>& members() const { return members_; }

 private:
  friend class JsonReader;
  Kind kind_ = Kind::null;
  std::string text_;
  double number_ = 0;
  std::vector<Json> items_;
  std::map<std::string, Json> members_;
};

}  // namespace harness

#include "number.hpp"

#include <charconv>

#include "error.hpp"

namespace net {

int parse_number(std::string_view text, int lowest, int highest, const std::string& name) {
  int number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  // from_chars stops at the first character that is no digit, and it would take a sign.
  bool digits = !text.empty() && text.front() != '-' && end == text.data() + text.size();
  if (error != std::errc() || !digits || number < lowest || number > highest)
    throw UsageError(name + " is a number from " + std::to_string(lowest) + " to " + std::to_string(highest) + ", not \"" +
                     std::string(text) + "\"");
  return number;
}

}  // namespace net

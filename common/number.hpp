#pragma once
#include <string>
#include <string_view>

namespace net {

/// Reads a number as people write it: decimal digits and nothing else.
/// \param name what the usage calls it: `COUNT`
/// \throws UsageError when `text` is no number from `lowest` to `highest`
int parse_number(std::string_view text, int lowest, int highest, const std::string& name);

}  // namespace net

#pragma once
#include <cstddef>
#include <string>
#include <string_view>

// How bytes are shown to a person.
namespace harness {

/// `bytes` between double quotes, with C escapes for control bytes, quote, backslash and bytes above 0x7e.
/// More than `most` bytes are cut in the middle, and the number of bytes is told.
std::string in_quotes(std::string_view bytes, std::size_t most = 60);

/// `text` with everything that could disturb a terminal taken out; newlines and tabs stay.
std::string printable(std::string_view text);

/// Two byte strings side by side, both cut to the neighbourhood of their first difference.
struct Comparison {
  std::string expected;  ///< quoted, with its length where it is cut
  std::string received;  ///< quoted, cut at the same place
  std::string caret;     ///< a line with `^` below the first wrong byte of `received`, and what is wrong there
};

/// Where two byte strings differ, in a form that a person sees at once.
Comparison compare(std::string_view expected, std::string_view received);

}  // namespace harness

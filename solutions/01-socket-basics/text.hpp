#pragma once
// Given: text as people type it and as the shell shows it.
#include <string>
#include <string_view>

/// The bytes that `typed` stands for: C escapes (`\n`, `\0`, `\\`, `\"`, octal of up to three digits, `\x` with two).
/// \throws std::invalid_argument for another escape
std::string unescape(std::string_view typed);

/// `bytes` between quotes; control bytes, quote, backslash and bytes above 0x7e are escaped.
std::string quote(std::string_view bytes);

/// A decimal number.
/// \param what for the message: `PORT`
/// \throws std::invalid_argument when `typed` is none, or not from `lowest` to `highest`
long number(std::string_view typed, const std::string& what, long lowest, long highest);

/// Takes the next word off the front of `line`, and one blank behind it.
std::string take_word(std::string_view& line);

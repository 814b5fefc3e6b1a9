#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mutants {

/// One word of C++, as far as rules that look at the text need it.
struct Token {
  enum class Kind { word, number, text, sign };

  Kind kind;
  std::string_view text;
  std::size_t at;  ///< its first character, counted from the start of the source

  std::size_t end() const { return at + text.size(); }
  bool is(std::string_view other) const { return text == other; }
};

/// The tokens of `source`, without comments and preprocessor lines. They point into it.
std::vector<Token> tokens_of(std::string_view source);

/// For each opening bracket the index of its closing one, and the other way round; for the others their own index.
/// \throws std::runtime_error when brackets do not match
std::vector<std::size_t> partners_of(const std::vector<Token>& tokens);

}  // namespace mutants

#include "tokens.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

namespace mutants {
namespace {

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

class Reader {
 public:
  explicit Reader(std::string_view source) : source_(source) {}

  std::vector<Token> read() {
    while (skip_what_is_no_token()) take_token();
    return std::move(tokens_);
  }

 private:
  char next(std::size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }
  bool follows(std::string_view text) const { return source_.substr(at_).starts_with(text); }
  void skip_to(std::size_t found) { at_ = std::min(found, source_.size()); }

  bool skip_what_is_no_token() {
    while (at_ < source_.size()) {
      if (next() == '\n') {
        ++at_;
        line_begins_ = true;
      } else if (std::isspace(static_cast<unsigned char>(next())) != 0) {
        ++at_;
      } else if (follows("//") || (line_begins_ && next() == '#')) {
        skip_to(source_.find('\n', at_));
      } else if (follows("/*")) {
        std::size_t end = source_.find("*/", at_);
        skip_to(end == std::string_view::npos ? end : end + 2);
      } else {
        return true;
      }
    }
    return false;
  }

  void take_token() {
    line_begins_ = false;
    if (next() == '"' || next() == '\'') return take(Token::Kind::text, quoted_length());
    if (is_digit(next()))
      return take(Token::Kind::number, length_of([](char c) { return in_word(c) || c == '\'' || c == '.'; }));
    if (in_word(next())) return take(Token::Kind::word, length_of(in_word));
    take(Token::Kind::sign, sign_length());
  }

  void take(Token::Kind kind, std::size_t length) {
    tokens_.push_back({kind, source_.substr(at_, length), at_});
    at_ += length;
  }

  template <class Predicate>
  std::size_t length_of(Predicate belongs) const {
    std::size_t length = 1;
    while (belongs(next(length))) ++length;
    return length;
  }

  std::size_t quoted_length() const {
    std::size_t length = 1;
    while (at_ + length < source_.size() && next(length) != next()) length += next(length) == '\\' ? 2 : 1;
    return length + 1;
  }

  // `>>` may close two templates; nothing here depends on it.
  std::size_t sign_length() const {
    static constexpr std::array<std::string_view, 24> signs{"<=>", "<<=", ">>=", "...", "->", "::", "++", "--",
                                                            "<<",  ">>",  "<=",  ">=",  "==", "!=", "&&", "||",
                                                            "+=",  "-=",  "*=",  "/=",  "|=", "&=", "^=", "%="};
    for (std::string_view sign : signs)
      if (follows(sign)) return sign.size();
    return 1;
  }

  std::string_view source_;
  std::size_t at_ = 0;
  bool line_begins_ = true;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view source) { return Reader(source).read(); }

std::vector<std::size_t> partners_of(const std::vector<Token>& tokens) {
  std::vector<std::size_t> partners(tokens.size()), open;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    partners[i] = i;
    if (tokens[i].kind != Token::Kind::sign) continue;
    std::size_t opening = std::string_view("([{").find(tokens[i].text),
                closing = std::string_view(")]}").find(tokens[i].text);
    if (opening != std::string_view::npos) open.push_back(i);
    if (closing == std::string_view::npos) continue;
    if (open.empty() || std::string_view("([{").find(tokens[open.back()].text) != closing)
      throw std::runtime_error("brackets do not match");
    partners[i] = open.back();
    partners[open.back()] = i;
    open.pop_back();
  }
  if (!open.empty()) throw std::runtime_error("a bracket is never closed");
  return partners;
}

}  // namespace mutants

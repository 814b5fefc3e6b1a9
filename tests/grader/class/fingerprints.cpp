#include "fingerprints.hpp"

#include <algorithm>
#include <cctype>

#include "fnv.hpp"

namespace classroom {
namespace {

constexpr std::size_t stretch = 12, window = 8;  // tokens; so 12 + 8 - 1 = 19 shared tokens are always seen

struct Token {
  std::uint64_t what;
  int line;
};

const std::set<std::string>& keywords() {
  static const std::set<std::string> words{
      "auto",    "bool",   "break",    "case",      "catch",    "char",    "class",    "const",  "continue",
      "default", "delete", "do",       "else",      "enum",     "false",   "float",    "for",    "goto",
      "if",      "int",    "long",     "namespace", "new",      "nullptr", "private",  "public", "return",
      "short",   "signed", "sizeof",   "static",    "struct",   "switch",  "template", "this",   "throw",
      "true",    "try",    "typename", "union",     "unsigned", "using",   "virtual",  "void",   "while"};
  return words;
}

// A name becomes "name", a number "number": renaming is no work of one's own.
class Reader {
 public:
  explicit Reader(const std::string& text) : text_(text) {}

  std::vector<Token> tokens() {
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (c == '\n') ++line_;
      if (std::isspace(static_cast<unsigned char>(c)))
        ++at_;
      else if (c == '#' || starts("//"))
        skip_line();
      else if (starts("/*"))
        skip_to("*/");
      else if (c == '"' || c == '\'')
        quoted(c);
      else if (std::isdigit(static_cast<unsigned char>(c)))
        word("number");
      else if (std::isalpha(static_cast<unsigned char>(c)) || c == '_')
        word("");
      else
        add(std::string(1, c)), ++at_;
    }
    return std::move(tokens_);
  }

 private:
  bool starts(const char* what) const { return text_.compare(at_, 2, what) == 0; }
  void add(const std::string& token) { tokens_.push_back({fnv1a(token), line_}); }
  void skip_line() {
    while (at_ < text_.size() && text_[at_] != '\n')
      at_ += text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n' ? 2 : 1;
  }
  void skip_to(const char* end) {
    std::size_t to = std::min(text_.find(end, at_ + 2), text_.size());
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         text_.begin() + static_cast<std::ptrdiff_t>(to), '\n'));
    at_ = std::min(to + 2, text_.size());
  }
  void quoted(char end) {
    for (++at_; at_ < text_.size() && text_[at_] != end && text_[at_] != '\n'; ++at_)
      if (text_[at_] == '\\') ++at_;
    if (at_ < text_.size() && text_[at_] == end) ++at_;
    add("text");
  }
  void word(const std::string& as) {
    std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_' ||
                                  (as == "number" && text_[at_] == '\'')))
      ++at_;
    std::string name = text_.substr(begin, at_ - begin);
    add(!as.empty() ? as : keywords().contains(name) ? name : "name");
  }

  const std::string& text_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::vector<Token> tokens_;
};

std::vector<Token> stretches(const std::string& text) {
  std::vector<Token> tokens = Reader(text).tokens(), all;
  for (std::size_t i = 0; i + stretch <= tokens.size(); ++i) {
    std::uint64_t hash = 0;
    for (std::size_t j = 0; j < stretch; ++j) hash = hash * 1099511628211U + tokens[i + j].what;
    hash ^= hash >> 29;  // the low bits decide which is the smallest
    all.push_back({hash * 0x9e3779b97f4a7c15U, tokens[i].line});
  }
  return all;
}

}  // namespace

Fingerprints fingerprints_of(const std::string& text) {
  std::vector<Token> all = stretches(text);
  Fingerprints kept;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i + window > all.size() && i != 0) break;
    auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(i + window, all.size()));
    auto least = std::min_element(all.begin() + static_cast<std::ptrdiff_t>(i), end,
                                  [](const Token& a, const Token& b) { return a.what < b.what; });
    kept.try_emplace(least->what, least->line);
  }
  return kept;
}

std::set<std::uint64_t> all_fingerprints_of(const std::string& text) {
  std::set<std::uint64_t> all;
  for (const Token& one : stretches(text)) all.insert(one.what);
  return all;
}

}  // namespace classroom

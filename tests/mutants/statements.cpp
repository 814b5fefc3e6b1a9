#include "statements.hpp"

#include <algorithm>
#include <array>

namespace mutants {
namespace {

using Kind = Statement::Kind;

template <std::size_t N>
bool one_of(const Token& token, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), token.text) != words.end();
}

constexpr std::array<std::string_view, 5> jumps{"return", "break", "continue", "throw", "goto"};
constexpr std::array<std::string_view, 6> scopes{"namespace", "struct", "class", "enum", "union", "extern"};
constexpr std::array<std::string_view, 6> only_declared{"const", "constexpr", "static", "auto", "using", "typedef"};
constexpr std::array<std::string_view, 4> before_body{")", "const", "noexcept", "override"};

class Parser {
 public:
  explicit Parser(const std::vector<Token>& tokens) : tokens_(tokens), partners_(partners_of(tokens)) {}

  Code parse() {
    scope(0, tokens_.size());
    return std::move(code_);
  }

 private:
  const Token& at(std::size_t i) const {
    static const Token none{Token::Kind::sign, "", 0};
    return i < tokens_.size() ? tokens_[i] : none;
  }

  // Declarations: of a file, a namespace, a class.
  void scope(std::size_t from, std::size_t to) {
    std::size_t begin = from;
    for (std::size_t i = from; i < to; ++i) {
      if (at(i).is(";")) begin = i + 1;
      if (at(i).is("(") || at(i).is("[")) {
        i = partners_[i];
        continue;
      }
      if (!at(i).is("{")) continue;
      if (i > begin && one_of(at(i - 1), before_body)) {
        body(i, is_void(begin, i), name(begin, i));
        begin = partners_[i] + 1;
      } else if (std::any_of(tokens_.begin() + static_cast<std::ptrdiff_t>(begin),
                             tokens_.begin() + static_cast<std::ptrdiff_t>(i),
                             [](const Token& token) { return one_of(token, scopes); })) {
        if (!is_enumeration(begin, i)) scope(i + 1, partners_[i]);
        begin = partners_[i] + 1;
      }
      i = partners_[i];
    }
  }

  bool is_enumeration(std::size_t from, std::size_t to) const {
    for (std::size_t i = from; i < to; ++i)
      if (at(i).is("enum")) return true;
    return false;
  }

  bool is_void(std::size_t from, std::size_t to) const {
    for (std::size_t i = from; i < to && !at(i).is("("); ++i) {
      if (at(i).is("noreturn")) return false;
      if (at(i).is("void")) return true;
    }
    return false;
  }

  // What stands before the list of arguments, which is the first of the brackets.
  std::string_view name(std::size_t from, std::size_t to) const {
    for (std::size_t i = from + 1; i < to; ++i)
      if (at(i).is("(")) return at(i - 1).text;
    return {};
  }

  void body(std::size_t brace, bool gives_nothing, std::string_view name) {
    code_.bodies.push_back({{brace, partners_[brace] + 1}, gives_nothing, name});
    block(brace);
  }

  void block(std::size_t brace) {
    std::optional<std::size_t> previous;
    for (std::size_t i = brace + 1; i < partners_[brace];) {
      if (at(i).is("case") || at(i).is("default")) {
        while (!at(i).is(":")) ++i;
        ++i;
        previous.reset();
        continue;
      }
      std::size_t index = code_.statements.size();
      i = statement(i, previous);
      previous = index;
    }
  }

  // Notes the statement that begins at `i`, then those inside it. \returns what follows it
  std::size_t statement(std::size_t i, std::optional<std::size_t> previous) {
    std::size_t index = code_.statements.size();
    code_.statements.push_back({Kind::block, {i, i}, {}, {}, previous});
    Statement result = code_.statements[index];
    std::size_t end = fill(result, i);
    result.all.to = end;
    code_.statements[index] = result;
    return end;
  }

  std::size_t fill(Statement& result, std::size_t i) {
    if (at(i).is("{")) {
      block(i);
      return partners_[i] + 1;
    }
    if (at(i).is("if") || at(i).is("while") || at(i).is("for") || at(i).is("switch")) return governed(result, i);
    if (at(i).is("do")) {
      result.kind = Kind::loop;
      std::size_t end = governed_body(result, i + 1);
      result.condition = {end + 2, partners_[end + 1]};
      return partners_[end + 1] + 2;
    }
    if (at(i).is("try")) {
      result.kind = Kind::attempt;
      std::size_t end = governed_body(result, i + 1);
      while (at(end).is("catch")) end = handler(end);
      return end;
    }
    return simple(result, i);
  }

  std::size_t governed(Statement& result, std::size_t i) {
    bool branch = at(i).is("if") || at(i).is("switch");
    result.kind = branch ? Kind::branch : Kind::loop;
    std::size_t bracket = at(i + 1).is("constexpr") ? i + 2 : i + 1;
    result.condition = {bracket + 1, partners_[bracket]};
    lambdas(result.condition);
    std::size_t end = governed_body(result, partners_[bracket] + 1);
    if (at(i).is("switch")) result.condition = {};
    if (at(i).is("if") && at(end).is("else")) end = statement(end + 1, {});
    return end;
  }

  std::size_t governed_body(Statement& result, std::size_t i) {
    std::size_t end = statement(i, {});
    result.body = {i, end};
    return end;
  }

  std::size_t handler(std::size_t i) {
    std::size_t brace = partners_[i + 1] + 1;
    code_.statements.push_back(
        {Kind::handler, {i, partners_[brace] + 1}, {i + 2, partners_[i + 1]}, {brace, partners_[brace] + 1}, {}});
    block(brace);
    return partners_[brace] + 1;
  }

  std::size_t simple(Statement& result, std::size_t i) {
    std::size_t end = i;
    while (!at(end).is(";") && end < tokens_.size()) end = partners_[end] > end ? partners_[end] + 1 : end + 1;
    result.kind = one_of(at(i), jumps) ? Kind::jump : is_declaration(i) ? Kind::declaration : Kind::expression;
    lambdas({i, end});
    return end + 1;
  }

  // `a::b<c>& d` declares something, `a::b(c)` and `d = e` do not.
  bool is_declaration(std::size_t i) const {
    if (one_of(at(i), only_declared)) return true;
    if (at(i).is("::")) ++i;
    if (at(i).kind != Token::Kind::word) return false;
    while (at(++i).is("::")) ++i;
    if (at(i).is("<")) {
      int depth = 0;
      do {
        if (at(i).is("<")) ++depth;
        if (at(i).is(">")) --depth;
        if (at(i).is(">>")) depth -= 2;
        ++i;
      } while (depth > 0 && i < tokens_.size());
    }
    while (at(i).is("&") || at(i).is("*") || at(i).is("const")) ++i;
    return at(i).kind == Token::Kind::word || (at(i).is("[") && at(i - 1).is("auto"));
  }

  void lambdas(Span span) {
    for (std::size_t i = span.from; i < span.to; ++i)
      if (at(i).is("{") && (at(i - 1).is("]") || (at(i - 1).is(")") && opens_lambda(partners_[i - 1])))) {
        body(i, false, {});
        i = partners_[i];
      }
  }

  bool opens_lambda(std::size_t bracket) const { return bracket > 0 && at(bracket - 1).is("]"); }

  const std::vector<Token>& tokens_;
  std::vector<std::size_t> partners_;
  Code code_;
};

}  // namespace

Code code_of(const std::vector<Token>& tokens) { return Parser(tokens).parse(); }

}  // namespace mutants

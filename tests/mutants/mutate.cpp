#include "mutate.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>

#include "statements.hpp"

namespace mutants {
namespace {

using Kind = Statement::Kind;

// What one sign becomes. Between blanks, as the formatting has it, `<` compares and `&&` is no reference.
const std::map<std::string_view, std::vector<std::string>> other_signs{
    {"<", {"<="}},  {"<=", {"<"}},  {">", {">="}}, {">=", {">"}}, {"==", {"!="}}, {"!=", {"=="}},
    {"&&", {"||"}}, {"||", {"&&"}}, {"+", {"-"}},  {"-", {"+"}},  {"+=", {"-="}}, {"-=", {"+="}},
    {"++", {"--"}}, {"--", {"++"}}, {"|", {"&"}},  {"&", {"|"}},  {"*", {"+"}},   {"/", {"*"}}};

const std::map<std::string_view, std::string_view> other_words{{"true", "false"},
                                                               {"false", "true"},
                                                               {"min", "max"},
                                                               {"max", "min"},
                                                               {"POLLIN", "POLLOUT"},
                                                               {"POLLOUT", "POLLIN"},
                                                               {"SHUT_WR", "SHUT_RDWR"},
                                                               {"SHUT_RD", "SHUT_RDWR"},
                                                               {"SOCK_STREAM", "SOCK_DGRAM"},
                                                               {"SOCK_DGRAM", "SOCK_STREAM"}};

std::string without_blanks(const std::string& text) {
  std::string result;
  std::size_t at = 0;
  while (at <= text.size()) {
    std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    at = end + 1;
    std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string::npos) continue;
    line = line.substr(first, line.find_last_not_of(" \t") - first + 1);
    result += (result.empty() ? "" : "\n") + line;
  }
  return result;
}

// Of a long piece the first line will do: it is meant to be found again, not to be read in full.
std::string shortened(const std::string& lines) {
  if (std::count(lines.begin(), lines.end(), '\n') < 3) return lines;
  return lines.substr(0, lines.find('\n')) + " ...";
}

class Rules {
 public:
  explicit Rules(const std::string& source) : source_(source), tokens_(tokens_of(source)), code_(code_of(tokens_)) {}

  std::vector<Mutant> all() {
    for (const Statement& statement : code_.statements) of_statement(statement);
    for (const Body& body : code_.bodies)
      if (body.gives_nothing)
        replace("return early", tokens_[body.all.from].end(), tokens_[body.all.from].end(), " return; ");
    for (std::size_t i = 0; i < tokens_.size(); ++i) of_token(i);
    std::stable_sort(mutants_.begin(), mutants_.end(),
                     [](const Mutant& a, const Mutant& b) { return a.line < b.line; });
    return std::move(mutants_);
  }

 private:
  std::size_t begin(Span span) const { return tokens_[span.from].at; }
  std::size_t end(Span span) const { return tokens_[span.to - 1].end(); }
  std::string text(Span span) const { return source_.substr(begin(span), end(span) - begin(span)); }

  void of_statement(const Statement& statement) {
    switch (statement.kind) {
      case Kind::expression:
        drop("drop a statement", statement);
        swap(statement);
        break;
      case Kind::jump: of_jump(statement); break;
      case Kind::branch: of_branch(statement); break;
      case Kind::loop: of_loop(statement); break;
      case Kind::attempt:
        replace("let errors through", begin(statement.all), end(statement.all), text(statement.body));
        break;
      case Kind::handler:
        if (statement.body.to - statement.body.from > 2)
          replace("swallow an error", begin(statement.body), end(statement.body), "{}");
        break;
      case Kind::declaration:
      case Kind::block: break;
    }
  }

  void drop(const std::string& rule, const Statement& statement) {
    replace(rule, begin(statement.all), end(statement.all), ";");
  }

  void of_jump(const Statement& statement) {
    const Token& word = tokens_[statement.all.from];
    bool gives = statement.all.to - statement.all.from > 2;
    if (word.is("return") && gives)
      replace("give nothing", tokens_[statement.all.from + 1].at, tokens_[statement.all.to - 2].end(), "{}");
    else
      drop(word.is("throw") ? "swallow an error" : "drop a statement", statement);
  }

  void swap(const Statement& statement) {
    if (!statement.previous) return;
    const Statement& previous = code_.statements[*statement.previous];
    if (previous.kind != Kind::expression && previous.kind != Kind::branch && previous.kind != Kind::loop) return;
    std::string between = source_.substr(end(previous.all), begin(statement.all) - end(previous.all));
    replace("swap two statements", begin(previous.all), end(statement.all),
            text(statement.all) + between + text(previous.all));
  }

  // Of `if (auto x = f(); g(x))` the condition is what comes last; of `if (auto x = f())` all is a declaration.
  Span condition_of(const Statement& statement) const {
    Span condition = statement.condition;
    for (std::size_t i = condition.from; i < condition.to; ++i)
      if (tokens_[i].is(";")) condition.from = i + 1;
    return condition;
  }

  bool declares(Span condition) const {
    for (std::size_t i = condition.from; i < condition.to; ++i)
      if (tokens_[i].is("=")) return true;
    return false;
  }

  void of_branch(const Statement& statement) {
    Span condition = condition_of(statement);
    if (condition.empty()) return;
    std::string kept = declares(condition) ? text(condition) + "; " : "";
    replace("drop a check", begin(condition), end(condition), kept + "true");
    replace("drop a check", begin(condition), end(condition), kept + "false");
    if (kept.empty() && !is_negated_by_a_sign(condition)) negate(condition);
  }

  // Of `!a` and `a == b` the rules for signs make the opposite.
  bool is_negated_by_a_sign(Span condition) const {
    bool negated = false;
    for (std::size_t i = condition.from; i < condition.to; ++i) {
      if (tokens_[i].is("&&") || tokens_[i].is("||")) return false;
      negated = negated || tokens_[i].is("==") || tokens_[i].is("!=") || (i == condition.from && tokens_[i].is("!"));
    }
    return negated;
  }

  void negate(Span condition) {
    replace("negate a condition", begin(condition), end(condition), "!(" + text(condition) + ")");
  }

  void of_loop(const Statement& statement) {
    replace("one pass of a loop", begin(statement.body), end(statement.body),
            "{ " + text(statement.body) + " break; }");
    drop("drop a loop", statement);
    bool while_loop = tokens_[statement.all.from].is("while");
    if (while_loop && !declares(statement.condition) && !tokens_[statement.condition.from].is("true")) {
      negate(statement.condition);
      replace("never leave a loop", begin(statement.condition), end(statement.condition), "true");
    }
  }

  bool between_blanks(const Token& token) const {
    return token.at > 0 && source_[token.at - 1] == ' ' && token.end() < source_.size() && source_[token.end()] == ' ';
  }

  void of_token(std::size_t i) {
    const Token& token = tokens_[i];
    if (token.kind == Token::Kind::number) of_number(i);
    if (token.kind == Token::Kind::word) of_word(token);
    if (token.kind != Token::Kind::sign) return;
    if (auto others = other_signs.find(token.text);
        others != other_signs.end() && (between_blanks(token) || token.is("++") || token.is("--")))
      for (const std::string& other : others->second) replace("change a sign", token.at, token.end(), other);
    if (token.is("!")) replace("negate a condition", token.at, token.end(), "");
    if (token.is("?")) of_choice(i);
  }

  // `condition ? a : b` begins after the bracket, comma, sign or word that stands before it.
  void of_choice(std::size_t i) {
    std::size_t from = i;
    for (int depth = 0; from > 0; --from) {
      const Token& before = tokens_[from - 1];
      if (before.is(")") || before.is("]")) ++depth;
      if (before.is("(") || before.is("[")) --depth;
      if (depth < 0) break;
      if (depth == 0 && (before.is(",") || before.is("=") || before.is("return") || before.is(";") || before.is("+") ||
                         before.is("{") || before.is(":")))
        break;
    }
    if (from == i) return;
    negate({from, i});
  }

  void of_word(const Token& token) {
    if (auto other = other_words.find(token.text); other != other_words.end())
      return replace("change a flag", token.at, token.end(), std::string(other->second));
    // A macro, which in these programs is a flag, an option or an errno.
    bool macro = token.text.size() > 3 && std::all_of(token.text.begin(), token.text.end(), [](unsigned char c) {
                   return std::isupper(c) != 0 || std::isdigit(c) != 0 || c == '_';
                 });
    if (macro) replace("change a flag", token.at, token.end(), "0");
  }

  // A length is changed by one, a time twofold, since one millisecond is nothing that anybody could see.
  void of_number(std::size_t i) {
    const Token& token = tokens_[i];
    std::string digits, rest;
    for (char c : token.text) {
      if (c == '\'') continue;
      (rest.empty() && std::isdigit(static_cast<unsigned char>(c)) != 0 ? digits : rest) += c;
    }
    if (digits.empty() || digits.size() > 15 || (digits == "0" && !rest.empty() && rest[0] == 'x') ||
        rest.starts_with("."))
      return;
    unsigned long long value = std::stoull(digits);
    auto becomes = [&](unsigned long long other) {
      replace("change a number", token.at, token.end(), std::to_string(other) + rest);
    };
    if (is_time(i, rest) && value > 1) {
      becomes(2 * value);
      becomes(value / 2);
    } else {
      becomes(value + 1);
      if (value > 0) becomes(value - 1);
    }
  }

  bool is_time(std::size_t i, const std::string& suffix) const {
    if (suffix == "ms" || suffix == "s") return true;
    for (std::size_t back = 1; back <= 3 && back <= i; ++back)
      if (tokens_[i - back].is("milliseconds") || tokens_[i - back].is("seconds")) return true;
    return false;
  }

  // A lambda belongs to the function in which it stands.
  std::string function_at(std::size_t at) const {
    std::string_view name;
    for (const Body& body : code_.bodies)
      if (!body.name.empty() && begin(body.all) <= at && at < end(body.all)) name = body.name;
    return std::string(name);
  }

  void replace(const std::string& rule, std::size_t from, std::size_t to, const std::string& by) {
    Mutant mutant;
    mutant.rule = rule;
    mutant.source = source_.substr(0, from) + by + source_.substr(to);
    if (mutant.source == source_ || !known_.insert(mutant.source).second) return;
    mutant.line =
        1 + static_cast<int>(std::count(source_.begin(), source_.begin() + static_cast<std::ptrdiff_t>(from), '\n'));
    mutant.function = function_at(from);
    std::size_t line_begin = from == 0 ? 0 : source_.rfind('\n', from - 1) + 1;
    std::size_t line_end = std::min(source_.find('\n', to), source_.size());
    mutant.before = shortened(without_blanks(source_.substr(line_begin, line_end - line_begin)));
    mutant.after = shortened(
        without_blanks(source_.substr(line_begin, from - line_begin) + by + source_.substr(to, line_end - to)));
    mutants_.push_back(std::move(mutant));
  }

  std::string source_;
  std::vector<Token> tokens_;  // they point into source_
  Code code_;
  std::vector<Mutant> mutants_;
  std::set<std::string> known_;
};

}  // namespace

std::vector<Mutant> mutants_of(const std::string& source) { return Rules(source).all(); }

}  // namespace mutants

#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "tokens.hpp"

namespace mutants {

/// Tokens `from` to `to`, the latter left out.
struct Span {
  std::size_t from = 0, to = 0;

  bool empty() const { return from == to; }
};

/// One statement of a function.
struct Statement {
  enum class Kind { expression, declaration, jump, branch, loop, attempt, handler, block };

  Kind kind;
  Span all;                             ///< with its semicolon, its body, its else, its handlers
  Span condition;                       ///< what stands in the brackets of if, while, for, catch
  Span body;                            ///< what an if, a loop, a try, a handler governs; of an if without its else
  std::optional<std::size_t> previous;  ///< the statement before it in the same block
};

/// The body of a function or lambda, with its braces.
struct Body {
  Span all;
  bool gives_nothing;     ///< its type is void
  std::string_view name;  ///< without its class; a lambda has none
};

struct Code {
  std::vector<Statement> statements;
  std::vector<Body> bodies;
};

/// Finds the statements of all functions. The project's own formatting is relied upon: this is no compiler, and what it
/// takes for a statement by mistake gives a mutant that does not compile.
Code code_of(const std::vector<Token>& tokens);

}  // namespace mutants

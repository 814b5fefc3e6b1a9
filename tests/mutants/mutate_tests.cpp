#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>
#include <vector>

#include "mutate.hpp"
#include "statements.hpp"
#include "tokens.hpp"

namespace {

// What the rule makes of the line; one after the other if there are several.
std::vector<std::string> made_by(const std::string& rule, const std::string& source) {
  std::vector<std::string> made;
  for (const mutants::Mutant& mutant : mutants::mutants_of(source))
    if (mutant.rule == rule) made.push_back(mutant.after);
  return made;
}

using Made = std::vector<std::string>;

}  // namespace

TEST_CASE("Comments, preprocessor lines and what stands in quotes are no code") {
  auto tokens = mutants::tokens_of("#include <x>\nf(\"a; // b\", 'c', 1'000);  // ;\n/* ; */ g();");
  std::vector<std::string> texts;
  for (const mutants::Token& token : tokens) texts.emplace_back(token.text);
  CHECK(texts == Made{"f", "(", "\"a; // b\"", ",", "'c'", ",", "1'000", ")", ";", "g", "(", ")", ";"});
}

TEST_CASE("A call is dropped, a declaration is not") {
  CHECK(made_by("drop a statement", "void f() {\n  std::vector<int> v;\n  a::b& c = d;\n  x.close();\n}\n") ==
        Made{";"});
}

TEST_CASE("A check is forced both ways and negated") {
  std::string source = "int f() {\n  if (a < b) g();\n}\n";
  CHECK(made_by("drop a check", source) == Made{"if (true) g();", "if (false) g();"});
  CHECK(made_by("negate a condition", source) == Made{"if (!(a < b)) g();"});
}

TEST_CASE("A check that declares something keeps it") {
  std::string source = "int f() {\n  if (auto n = g()) h(n);\n}\n";
  CHECK(made_by("drop a check", source) == Made{"if (auto n = g(); true) h(n);", "if (auto n = g(); false) h(n);"});
}

TEST_CASE("A loop becomes one pass, or none") {
  std::string source = "int f() {\n  while (left > 0) step();\n}\n";
  CHECK(made_by("one pass of a loop", source) == Made{"while (left > 0) { step(); break; }"});
  CHECK(made_by("drop a loop", source) == Made{";"});
  CHECK(made_by("never leave a loop", source) == Made{"while (true) step();"});
}

TEST_CASE("Errors are swallowed, or let through") {
  std::string source = "int f() {\n  try {\n    g();\n  } catch (const E& e) {\n    tell(e);\n    throw;\n  }\n}\n";
  CHECK(made_by("swallow an error", source).size() == 2);  // the handler's body, and the throw in it
  CHECK(made_by("let errors through", source).size() == 1);
}

TEST_CASE("Comparisons, sums and logic are changed; templates, references and signs of numbers are not") {
  CHECK(made_by("change a sign", "int f(std::array<int, N>&& a) {\n  return a < b && c;\n}\n") ==
        Made{"return a <= b && c;", "return a < b || c;"});
  CHECK(made_by("change a sign", "int f() {\n  g(-x, a + b);\n}\n") == Made{"g(-x, a - b);"});
}

TEST_CASE("Numbers change by one, times twofold") {
  CHECK(made_by("change a number", "constexpr int n = 1'000;\n") ==
        Made{"constexpr int n = 1001;", "constexpr int n = 999;"});
  CHECK(made_by("change a number", "constexpr auto t = 500ms;\n") ==
        Made{"constexpr auto t = 1000ms;", "constexpr auto t = 250ms;"});
  CHECK(made_by("change a number", "int f() {\n  return 0;\n}\n") == Made{"return 1;"});
}

TEST_CASE("Flags are changed or left out") {
  CHECK(made_by("change a flag", "int f() {\n  send(fd, MSG_NOSIGNAL, true);\n}\n") ==
        Made{"send(fd, 0, true);", "send(fd, MSG_NOSIGNAL, false);"});
}

TEST_CASE("Neighbours are swapped, across blocks they are not") {
  std::string source = "int f() {\n  a();\n  b();\n  if (x) {\n    c();\n  }\n}\n";
  CHECK(made_by("swap two statements", source) == Made{"b();\na();"});
}

TEST_CASE("Functions return early, values are lost") {
  CHECK(made_by("return early", "void f() {\n  g();\n}\nint h() { return 1; }\n") == Made{"void f() { return;"});
  CHECK(made_by("give nothing", "Socket f() {\n  return socket;\n}\n") == Made{"return {};"});
}

TEST_CASE("Lambdas are looked into") {
  CHECK(made_by("drop a statement", "int f() {\n  g([&](int x) { h(x); });\n}\n") == Made{";", "g([&](int x) { ; });"});
}

TEST_CASE("Every mutant differs from the source and from the others, and knows its line") {
  std::string source = "void f() {\n  a();\n  if (x == 0 && !y) return;\n  b(z ? 1 : 2);\n}\n";
  std::vector<std::string> sources{source};
  for (const mutants::Mutant& mutant : mutants::mutants_of(source)) {
    CHECK(std::find(sources.begin(), sources.end(), mutant.source) == sources.end());
    sources.push_back(mutant.source);
    CHECK(mutant.line >= 1);
    CHECK(mutant.line <= 4);
    CHECK(mutant.before != mutant.after);
  }
  CHECK(sources.size() > 10);
}

TEST_CASE("A mutant knows its function, also within a lambda, and has none outside of all") {
  std::string source =
      "struct A {\n  int n = 1;\n};\nvoid A::f(int n) {\n  g([&] {\n    h();\n  });\n}\nA::A() : n(1) {\n  i();\n}\n";
  std::map<std::string, std::string> functions;
  for (const mutants::Mutant& mutant : mutants::mutants_of(source)) functions[mutant.before] = mutant.function;
  CHECK(functions["h();"] == "f");
  CHECK(functions["i();"] == "A");
  CHECK(functions["int n = 1;"].empty());
}

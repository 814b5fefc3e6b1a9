// mutants: makes mistakes mechanically in the reference solutions and looks whether the labs' tests catch them.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "hunt.hpp"
#include "subprocess.hpp"

namespace {

constexpr const char* usage =
    "usage: mutants LAB... [OPTION]...\n"
    "\n"
    "  --every N          a sample: one mutant out of N\n"
    "  --seed S           which one\n"
    "  --file NAME        only the mutants of this file\n"
    "  --again            only those that survived the last time, or had no verdict\n"
    "  --listed           judge those in the list of equivalents as well\n"
    "  -j N               mutants at the same time (4)\n"
    "  --speed-factor X   stretch every limit X times (measured if left out)\n";

struct UsageError {
  std::string what;
};

double number(const std::string& text) {
  char* end = nullptr;
  double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(value >= 0) || value > 100'000) throw UsageError{"no number: " + text};
  return value;
}

std::size_t count(const std::string& text, double least) {
  if (number(text) < least) throw UsageError{"too small: " + text};
  return static_cast<std::size_t>(number(text));
}

int carry_out(int argc, char** argv) {
  mutants::HuntOptions options;
  options.run.workers = 4;
  options.run.speed_factor = 0;
  std::vector<std::string> labs;
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    auto value = [&]() -> std::string {
      if (++i >= argc) throw UsageError{word + " wants a value"};
      return argv[i];
    };
    if (word == "--every")
      options.every = count(value(), 1);
    else if (word == "--seed")
      options.seed = count(value(), 0);
    else if (word == "--file")
      options.file = value();
    else if (word == "--again")
      options.again = true;
    else if (word == "--listed")
      options.with_listed = true;
    else if (word == "-j")
      options.at_once = count(value(), 1);
    else if (word == "--speed-factor")
      options.run.speed_factor = number(value());
    else if (word.starts_with("-"))
      throw UsageError{"unknown option " + word};
    else
      labs.push_back(word);
  }
  if (labs.empty()) throw UsageError{"a lab is missing"};
  if (options.run.speed_factor == 0) options.run.speed_factor = measure_speed_factor();
  int status = 0;
  for (const std::string& lab : labs) status = std::max(status, mutants::hunt(lab, options));
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    end_children_on_interrupt();
    return carry_out(argc, argv);
  } catch (const UsageError& error) {
    std::cerr << "mutants: " << error.what << "\n\n" << usage;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "mutants: " << error.what() << '\n';
    return 1;
  }
}

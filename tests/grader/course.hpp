#pragma once
#include <string>
#include <utility>
#include <vector>

/// Where the labs, their programs and their tests are.

/// One numbered step of a lab, as `parts.txt` beside its tests names it.
struct Part {
  std::string id;     ///< "02.3"
  std::string title;  ///< "send the whole reply"
};

/// One test case, as its test program lists it.
struct Test {
  std::string name;   ///< "02.3.2 A message that arrives in pieces comes back whole"
  std::string id;     ///< "02.3.2"
  std::string title;  ///< what follows the id
  std::string part;   ///< "02.3"
  int points = 0;
  bool extra = false;                 ///< beyond the core of about 70 points
  bool bonus = false;                 ///< beyond the 100 points of the lab
  bool waits = false;                 ///< takes long because time has to pass: better begun early
  std::vector<std::string> needs;     ///< ids of more basic tests that must pass first
  std::vector<std::string> programs;  ///< the programs that it starts
  std::string file;                   ///< where it stands in the sources
  int line = 0;
};

struct Lab {
  std::string number;  ///< "02"
  std::string stem;    ///< "02-tcp-echo"
  std::string title;   ///< "TCP echo"
  std::vector<Part> parts;
  std::vector<Test> tests;

  std::string id() const { return "lab" + number; }
  std::string test_program() const;
  std::string build_folder(const std::string& tree) const;
  std::string part_title(const std::string& part) const;
};

/// The folders of the source and of the build.
const std::string& source_folder();
const std::string& build_folder();

/// Every lab that has tests, in the order of their numbers, without asking for the tests themselves.
std::vector<Lab> all_labs();

/// The lab called `name` (`lab02`, `02`, `2` or `02-tcp-echo`).
/// \throws std::runtime_error that names the labs there are
Lab find_lab(const std::string& name);

/// Asks the lab's test program for its tests.
/// \throws std::runtime_error when it cannot be run
void load_tests(Lab& lab);

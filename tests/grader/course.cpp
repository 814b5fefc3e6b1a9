#include "course.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "json.hpp"
#include "subprocess.hpp"

namespace fs = std::filesystem;

namespace {

std::string from_environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

}  // namespace

// Where this program was built, unless it is asked to look at another copy of the workbook (see
// tests/workbook/new_lab.cmake).
const std::string& source_folder() {
  static const std::string folder = from_environment("SOCKET_LABS_SOURCE", SOCKET_LABS_SOURCE);
  return folder;
}

const std::string& build_folder() {
  static const std::string folder = from_environment("SOCKET_LABS_BUILD", SOCKET_LABS_BUILD);
  return folder;
}

std::string Lab::test_program() const { return ::build_folder() + "/tests/" + stem + "/tests"; }

std::string Lab::build_folder(const std::string& tree) const { return ::build_folder() + "/" + tree + "/" + stem; }

std::string Lab::part_title(const std::string& part) const {
  for (const Part& p : parts)
    if (p.id == part) return p.title;
  return "";
}

namespace {

void read_parts(Lab& lab) {
  std::ifstream file(source_folder() + "/tests/" + lab.stem + "/parts.txt");
  std::getline(file, lab.title);
  std::string line;
  while (std::getline(file, line))
    if (auto blank = line.find(' '); blank != std::string::npos)
      lab.parts.push_back({line.substr(0, blank), line.substr(blank + 1)});
}

// The compiler was given it relative to the build folder, or in full.
std::string below_the_sources(std::string path) {
  while (path.starts_with("../")) path.erase(0, 3);
  if (path.starts_with(source_folder() + "/")) path.erase(0, source_folder().size() + 1);
  return path;
}

Test test_from(const harness::Json& listed) {
  Test test;
  test.name = listed["name"].text();
  test.id = test.name.substr(0, test.name.find(' '));
  test.title = test.name.substr(std::min(test.id.size() + 1, test.name.size()));
  test.part = test.id.substr(0, test.id.rfind('.'));
  test.file = below_the_sources(listed["file"].text());
  test.line = static_cast<int>(listed["line"].number());
  for (const harness::Json& item : listed["tags"].items()) {
    const std::string& tag = item.text();
    auto value = [&tag](std::size_t start) { return tag.substr(start); };
    if (tag.starts_with("points:")) test.points = std::stoi(value(7));
    if (tag.starts_with("needs:")) test.needs.push_back(value(6));
    if (tag.starts_with("program:")) test.programs.push_back(value(8));
    if (tag == "extra") test.extra = true;
    if (tag == "bonus") test.bonus = true;
    if (tag == "waits") test.waits = true;
  }
  return test;
}

}  // namespace

std::vector<Lab> all_labs() {
  std::vector<Lab> labs;
  for (const auto& entry : fs::directory_iterator(source_folder() + "/tests")) {
    std::string stem = entry.path().filename().string();
    if (stem.size() < 4 || !std::isdigit(static_cast<unsigned char>(stem[0])) || stem[2] != '-') continue;
    // What this machine could not build is not judged either; the build has said so.
    if (fs::exists(build_folder() + "/tests/" + stem + "/left-out")) continue;
    Lab lab;
    lab.stem = stem;
    lab.number = stem.substr(0, 2);
    read_parts(lab);
    labs.push_back(std::move(lab));
  }
  std::sort(labs.begin(), labs.end(), [](const Lab& a, const Lab& b) { return a.number < b.number; });
  return labs;
}

Lab find_lab(const std::string& name) {
  std::string known;
  for (Lab& lab : all_labs()) {
    if (name == lab.id() || name == lab.number || "0" + name == lab.number || name == lab.stem) return lab;
    known += " " + lab.id();
  }
  throw std::runtime_error("there is no lab called " + name + "; there are:" + known);
}

void load_tests(Lab& lab) {
  // To be listed, tests need no network of their own and no capture, which take longer than the list.
  Captured listed = capture({lab.test_program(), "--list-tests", "-r", "jsonl", "--shared-network", "--no-record"});
  std::istringstream lines(listed.output);
  std::string line;
  while (std::getline(lines, line))
    if (harness::Json json = harness::Json::parse(line); json["event"].text() == "test")
      lab.tests.push_back(test_from(json));
  if (lab.tests.empty())
    throw std::runtime_error("the tests of " + lab.id() + " do not run: " + lab.test_program() + "\n" + listed.output);
  // Ids are compared number by number: 01.10 comes after 01.9.
  auto key = [](const std::string& id) {
    std::vector<int> numbers;
    std::istringstream parts(id);
    for (std::string part; std::getline(parts, part, '.');) numbers.push_back(std::atoi(part.c_str()));
    return numbers;
  };
  std::sort(lab.tests.begin(), lab.tests.end(), [&key](const Test& a, const Test& b) { return key(a.id) < key(b.id); });
}

// The kit for students: what is in it, what is not, and that it works alone.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "json.hpp"
#include "scratch.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

// Unpacks the archive: what is looked at is what people get.
fs::path unpacked_kit(const std::string& name, const fs::path& source = SOURCE) {
  fs::path folder = empty_folder(name);
  REQUIRE(make_package("student_kit.cmake", source, folder / "made").status == 0);
  REQUIRE(in(folder, "'" CMAKE "' -E tar xf made/socket-labs-student-kit.tar.gz").status == 0);
  fs::remove_all(folder / "made");
  return folder / "socket-labs";
}

std::string stripped(const std::string& line) {
  std::size_t first = line.find_first_not_of(" \t"), last = line.find_last_not_of(" \t\r");
  return first == std::string::npos ? "" : line.substr(first, last - first + 1);
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::istringstream text(text_of(file));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(stripped(line));
  return lines;
}

std::set<std::string> lines_below(const fs::path& folder) {
  std::set<std::string> lines;
  for (const std::string& file : files_in(folder))
    for (const std::string& line : lines_of(folder / file)) lines.insert(line);
  return lines;
}

// Lines that a solution has and neither a skeleton nor the helper.
std::set<std::string> lines_of_solutions_alone() {
  std::set<std::string> lines = lines_below(fs::path(SOURCE) / "solutions");
  std::erase_if(lines, [](const std::string& line) { return line.size() < 20; });
  for (const char* given : {"labs", "common"})
    for (const std::string& line : lines_below(fs::path(SOURCE) / given))
      std::erase_if(lines, [&line](const std::string& secret) { return line.find(secret) != std::string::npos; });
  // What the book's examples teach by the same words.
  for (const char* taught : {"net::SslContext context = net::new_ssl_context(::TLS_client_method());",
                             "net::Socket socket(where.family(), SOCK_DGRAM);"})
    lines.erase(taught);
  return lines;
}

// Where the kit tells a solution: a long line of one, or two lines of one that follow each other.
std::vector<std::string> leaks(const fs::path& kit) {
  constexpr std::size_t is_long = 45;
  const std::set<std::string> secret = lines_of_solutions_alone();
  REQUIRE(secret.size() > 100);
  std::vector<std::string> found;
  for (const std::string& file : files_in(kit)) {
    bool before = false;
    for (const std::string& line : lines_of(kit / file)) {
      bool now = secret.contains(line);
      bool quoted = std::any_of(secret.begin(), secret.end(), [&line](const std::string& s) {
        return s.size() >= is_long && line.find(s) != std::string::npos;
      });
      if (quoted || (now && before)) found.push_back(file + ": " + line);
      before = now;
    }
  }
  return found;
}

}  // namespace

TEST_CASE("The kit holds nothing but files of this tree, and none that gives something away") {
  fs::path kit = unpacked_kit("kit list");
  std::vector<std::string> files = files_in(kit);
  CHECK(files.size() > 150);
  std::set<std::string> tops;
  for (const std::string& file : files) {
    CAPTURE(file);
    CHECK(fs::exists(fs::path(SOURCE) / file));
    for (const char* word :
         {"solutions", "mistakes", "alternatives", "hidden", "instructor", "packages", "bench", "workbook", "/tests/"})
      CHECK(file.find(word) == std::string::npos);
    tops.insert(file.substr(0, file.find('/')));
  }
  for (const char* needed : {"CMakeLists.txt", "CMakePresets.json", "README.md", "common", "docs", "labs", "tests"})
    CHECK(tops.contains(needed));
  CHECK(std::find(files.begin(), files.end(), "common/setup.sh") != files.end());
  for (const char* file : {"README.md", "CMakePresets.json"})
    CHECK_FALSE(std::regex_search(text_of(kit / file),
                                  std::regex("--preset (solutions|proof|mutants|bench|fuzz|student-kit|gradescope)|"
                                             "\"name\": \"(solutions|proof|mutants|bench|fuzz)")));
  CHECK(harness::Json::parse(text_of(kit / "CMakePresets.json"))["workflowPresets"].items().size() >= 10);
}

TEST_CASE("No line of a solution is in the kit") {
  fs::path kit = unpacked_kit("kit leaks");
  CHECK(leaks(kit) == std::vector<std::string>{});

  // The search finds a planted line, and planted lines that are short.
  const std::set<std::string> secret = lines_of_solutions_alone();
  auto longest =
      std::max_element(secret.begin(), secret.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  write(kit / "docs" / "planted.md", "Type `" + *longest + "` here.\n");
  CHECK(leaks(kit).size() == 1);
  write(kit / "docs" / "planted.md", *secret.begin() + "\n  " + *std::next(secret.begin()) + "\n");
  CHECK_FALSE(leaks(kit).empty());
}

TEST_CASE("Hidden tests and pages for instructors stay out of the kit") {
  fs::path source = empty_folder("kit source");
  for (const char* part : {"CMakeLists.txt", "CMakePresets.json", "README.md", ".gitignore", "common", "labs", "docs"})
    fs::copy(fs::path(SOURCE) / part, source / part, fs::copy_options::recursive);
  write(source / "tests/02-tcp-echo/server_tests.cpp", "seen\n");
  write(source / "tests/02-tcp-echo/hidden_tests.cpp", "secret\n");
  write(source / "tests/02-tcp-echo/hidden_load_tests.cpp", "secret\n");
  write(source / "docs/instructor/answers.md", "secret\n");
  write(source / "docs/page.md",
        "open\n@cond INSTRUCTOR\nsecret\n@endcond\nopen; too\n@cond INSTRUCTOR\nsecret\n@endcond\n");
  fs::path kit = unpacked_kit("kit hidden", source);
  CHECK(fs::exists(kit / "tests/02-tcp-echo/server_tests.cpp"));
  CHECK(text_of(kit / "docs/page.md") == "open\n\nopen; too\n\n");
  for (const std::string& file : files_in(kit)) {
    CAPTURE(file);
    CHECK(text_of(kit / file).find("secret\n") == std::string::npos);
  }
}

TEST_CASE("Unpacked alone, the kit configures, builds a lab, and what it builds is graded") {
  fs::path kit = unpacked_kit("kit builds");
  Captured configured = in(kit, "'" CMAKE "' --preset lab02");
  CAPTURE(configured.output);
  REQUIRE(configured.status == 0);
  Captured built = in(kit, "'" CMAKE "' --build .build --target labs-02");
  CAPTURE(built.output);
  REQUIRE(built.status == 0);
  // Its grader is compiled from the same sources as ours, which the long proof does. Here: nothing is missing for it.
  Captured planned = in(kit, "'" CMAKE "' --build .build --target lab01 progress -- -n");
  CAPTURE(planned.output);
  CHECK(planned.status == 0);
  // What the chapters quote is there.
  if (capture({"doxygen", "-v"}).status == 0) {
    Captured book = in(kit, "'" CMAKE "' --build .build --target docs-html");
    CAPTURE(book.output);
    CHECK(book.status == 0);
  }
  Captured board = capture({GRADE, "board", "lab02", "--programs", (kit / ".build/labs/02-tcp-echo").string()});
  CHECK_THAT(board.output, ContainsSubstring("not started") && ContainsSubstring("Score 0 of 100"));
}

TEST_CASE("The kit's own grader grades", "[long]") {
  fs::path kit = unpacked_kit("kit grades");
  Captured fresh = in(kit, "sh common/setup.sh && '" CMAKE "' --workflow --preset lab01");
  CAPTURE(fresh.output);
  CHECK(fresh.status == 0);
  CHECK_THAT(fresh.output, ContainsSubstring("Score 0 of 100"));
  fs::path lab = "01-socket-basics";
  fs::copy(fs::path(SOURCE) / "solutions" / lab, kit / "labs" / lab,
           fs::copy_options::overwrite_existing | fs::copy_options::recursive);
  CHECK_THAT(in(kit, "'" CMAKE "' --build --preset lab01").output, ContainsSubstring("Score 100 of 100"));
  // The README's other command.
  Captured tested = in(kit, "'" CMAKE "' --workflow --preset test");
  CAPTURE(tested.output);
  CHECK(tested.status == 0);
}

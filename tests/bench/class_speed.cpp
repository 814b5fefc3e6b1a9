// Grading a class: submissions a minute, against the naive way (configure and build the tests for each submission) and
// against the floor (compile and link the learner's files, and nothing else).
#include "class_speed.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "class/compile.hpp"
#include "class/grade.hpp"
#include "class/recipe.hpp"
#include "course.hpp"
#include "files.hpp"
#include "findings.hpp"
#include "json.hpp"
#include "process_tree.hpp"
#include "subprocess.hpp"
#include "timing.hpp"

namespace fs = std::filesystem;

namespace {

const std::string scratch = std::string(SCRATCH) + "-class", tests_of_lab = std::string(SOURCE) + "/tests/02-tcp-echo",
                  reference = std::string(SOURCE) + "/solutions/02-tcp-echo";
const std::vector<std::string> files{"echo_server.cpp", "echo_client.cpp"};

std::string fresh(const std::string& name) {
  std::string folder = scratch + "/" + name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

std::vector<fs::path> sorted_entries(const std::string& folder) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(folder)) all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  return all;
}

void copy_sources(const fs::path& from, const std::string& to) {
  for (const std::string& file : files)
    if (fs::exists(from / file)) fs::copy_file(from / file, to + "/" + file, fs::copy_options::overwrite_existing);
}

// The reference, the alternatives and the recorded mistakes, each in a folder; again with a comment when these are
// fewer than `size`, so that no two are the same.
std::string make_class(int size) {
  std::string folder = fresh("class");
  std::vector<fs::path> kinds{reference};
  for (const char* more : {"/alternatives", "/mistakes"})
    for (const fs::path& path : sorted_entries(tests_of_lab + more))
      if (fs::is_directory(path) || path.extension() == ".patch") kinds.push_back(path);
  for (int i = 0; i < size; ++i) {
    const fs::path& kind = kinds[static_cast<std::size_t>(i) * 7 % kinds.size()];
    std::string own = folder + "/learner-" + std::to_string(i);
    fs::create_directories(own);
    copy_sources(reference, own);
    if (kind.extension() == ".patch")
      must_run({"patch", "-s", "-p1", "-d", own, "-i", kind.string()});
    else
      copy_sources(kind, own);
    for (const std::string& file : files) std::ofstream(own + "/" + file, std::ios::app) << "// " << i << '\n';
  }
  return folder;
}

struct Run {
  double seconds = 0;
  std::size_t grader_kib = 0, family_kib = 0;  ///< the most at any time
};

// The kernel notes the most that a process ever had.
std::size_t most_resident_kib(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6));
  return 0;
}

Run grade_class(const std::string& folder, const std::string& results) {
  Run run;
  auto start_time = std::chrono::steady_clock::now();
  Subprocess grader =
      start({std::string(BUILD) + "/grade", "class", folder, "--lab", "lab02", "--results", results}, true);
  std::string said;
  std::thread reader([&] {
    char buffer[4096];
    for (ssize_t n; (n = ::read(grader.output, buffer, sizeof buffer)) > 0;)
      said.append(buffer, static_cast<std::size_t>(n));
  });
  int status = 0;
  while (::waitpid(grader.pid, &status, WNOHANG) == 0) {
    run.grader_kib = std::max(run.grader_kib, most_resident_kib(grader.pid));
    run.family_kib = std::max(run.family_kib, harness::resident_kib(grader.pid));
    ::usleep(100'000);
  }
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_time).count();
  reader.join();
  ::close(grader.output);
  if (status != 0) throw std::runtime_error("grade class failed:\n" + said);
  return run;
}

classroom::Grade grade_in(const fs::path& path) {
  return classroom::grade_from(harness::Json::parse(harness::text_of(path)));
}

double slowest_test(const std::string& results) {
  double most = 0;
  for (const fs::path& path : sorted_entries(results))
    if (path.extension() == ".json")
      for (const auto& test : grade_in(path).tests) most = std::max(most, test.seconds);
  return most;
}

// Compiler and linker by the grader's own recipe, in a shell, two at a time; nothing is contained and nothing is run.
double floor_seconds(const std::string& folder, const classroom::Recipe& recipe) {
  std::ostringstream script;
  std::string bin = fresh("floor");
  for (const fs::path& own : sorted_entries(folder)) {
    for (const std::string& program : recipe.programs) {
      script << '\'' << recipe.compiler << '\'';
      for (const auto* words : {&recipe.flags, &recipe.link})
        for (const std::string& word : *words) script << " '" << word << '\'';
      for (const std::string& include : recipe.includes) script << " '-I" << include << '\'';
      script << " -w '" << own.string() << '/' << program << ".cpp' -o '" << bin << '/' << program << '\'';
      for (const std::string& library : recipe.libraries) script << " '" << library << '\'';
      script << (program == recipe.programs.back() ? "; wait\n" : " &\n");
    }
  }
  std::ofstream(bin + "/compile.sh") << script.str();
  return passed(take_turns(1, {{[&] { must_run({"sh", bin + "/compile.sh"}); }}})[0]).front();
}

// A tree of its own for a submission, configured and built with its tests, as a script for a class would do it that
// knows nothing better. Catch2 is the machine's own.
double naive_seconds(const fs::path& submission) {
  std::string tree = fresh("naive");
  for (const char* part : {"CMakeLists.txt", "CMakePresets.json", "common", "labs", "solutions", "tests", "docs"})
    fs::copy(std::string(SOURCE) + "/" + part, tree + "/" + part, fs::copy_options::recursive);
  copy_sources(submission, tree + "/labs/02-tcp-echo");
  auto configure_build_judge = [&] {
    // Without a cache for the compiler, which others may not have.
    must_run({"env", "-u", "CMAKE_CXX_COMPILER_LAUNCHER", "-u", "CMAKE_C_COMPILER_LAUNCHER", "sh", "-c",
              "cd '" + tree +
                  "' && cmake --preset lab02 && cmake --build .build --target labs-02 tests-02 recorder && " +
                  ".build/tests/02-tcp-echo/tests --programs \"$PWD/.build/labs/02-tcp-echo\" > said.txt || "
                  "test -s said.txt"});
  };
  double seconds = passed(take_turns(1, {{configure_build_judge}})[0]).front();
  fs::remove_all(tree);
  return seconds;
}

Spread seconds_to_build_one(const std::string& folder, const classroom::Recipe& recipe, const std::string& kit) {
  std::string work = fresh("one");
  auto clear = [&] {
    for (const char* name : {"bin", "objects", "built"}) {
      fs::remove_all(work + "/" + name);
      fs::create_directories(work + "/" + name);
    }
  };
  auto build = [&] {
    auto compiled =
        classroom::compile(recipe, kit, folder, {}, work + "/bin", work + "/objects", work + "/built", 0, 2);
    if (!compiled.errors.empty()) throw std::runtime_error(compiled.errors.begin()->second);
  };
  return spread_of(passed(take_turns(5, {{build, clear}})[0]));
}

}  // namespace

void time_class(int size) {
  Lab lab = find_lab("lab02");
  classroom::Recipe recipe = classroom::recipe_of(lab);
  std::string folder = make_class(size), results = fresh("results"), kit = scratch + "/kit";
  const double n = size;
  fs::remove_all(kit);
  classroom::stock(recipe, lab, kit);

  Spread one = seconds_to_build_one(folder + "/learner-0", recipe, kit);
  print_figure("build a sanitized submission of two files", one, "s", "aim < 0.75");

  double floor = floor_seconds(folder, recipe);
  Run whole = grade_class(folder, results);
  double slowest = slowest_test(results);
  const std::vector<fs::path> all = sorted_entries(folder);
  const int tried = std::min(size, 2);
  double naive = 0;
  for (int i = 0; i < tried; ++i) naive += naive_seconds(all[static_cast<std::size_t>(i)]) / tried;

  print_figure("a class of " + std::to_string(size) + ", mixed", whole.seconds, "s", "");
  print_figure("  submissions a minute", 60 * n / whole.seconds, "/min", "");
  print_figure("  of the floor: compile and link their files, and the slowest test", whole.seconds / (floor + slowest),
               "", "aim < 1.5");
  print_figure("  the floor without the slowest test", floor, "s", "");
  print_figure("  the slowest test", slowest, "s", "");
  print_figure("the naive way for one (measured for " + std::to_string(tried) + "), one after the other", naive, "s",
               "");
  print_figure("  the naive way, scaled up to the class, to ours", naive * n / whole.seconds, "", "aim > 5");

  // Each twice: the copies are the same, byte for byte.
  for (const fs::path& path : all) fs::copy(path, path.string() + "-copy");
  Run copies = grade_class(folder, results);
  print_figure("as many again with the same files, answered from the store, each", copies.seconds / n, "s", "");

  if (size > 10) {
    for (const fs::path& path : sorted_entries(folder)) {
      std::string name = path.filename();
      bool stays = name.size() == std::string("learner-0").size();
      if (!stays) fs::remove_all(path);
    }
    Run ten = grade_class(folder, fresh("results"));
    print_figure("memory of the grader itself, 10 submissions", static_cast<double>(ten.grader_kib) / 1024, "MiB", "");
    print_figure("  with its compilers, tests and programs", static_cast<double>(ten.family_kib) / 1024, "MiB", "");
  }
  print_figure("memory of the grader itself, " + std::to_string(size) + " submissions",
               static_cast<double>(whole.grader_kib) / 1024, "MiB", "");
  print_figure("  with its compilers, tests and programs", static_cast<double>(whole.family_kib) / 1024, "MiB", "");
  fs::remove_all(scratch);
}

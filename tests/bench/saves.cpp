// For each lab, what a learner waits for again and again: a file is saved, and the first verdict appears, and the whole
// board. Against the bare commands that compile and link the same sources: less than these nobody can wait.
#include "saves.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "course.hpp"
#include "findings.hpp"
#include "subprocess.hpp"
#include "timing.hpp"

namespace fs = std::filesystem;

namespace {

// The file of each lab that its learner saves most often.
struct Edited {
  const char *lab, *file;
};
constexpr Edited edited[] = {{"01", "calls.cpp"},       {"02", "echo_server.cpp"}, {"03", "udp_echo_server.cpp"},
                             {"04", "connection.cpp"},  {"05", "feed_server.cpp"}, {"06", "deadline_client.cpp"},
                             {"07", "tls_echo_server.cpp"}};

// As an editor's save does.
void save(const std::string& file) { fs::last_write_time(file, fs::file_time_type::clock::now()); }

// What the build would run for this save, without the build tool.
std::string bare_commands(const std::string& target) {
  std::istringstream lines(capture({NINJA, "-C", BUILD, "-n", "-v", target}).output);
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    std::size_t command = line.find("] ");
    bool builds = line.starts_with("[") && command != std::string::npos && line.find("VerifyGlobs") == std::string::npos;
    if (builds) all += line.substr(command + 2) + "\n";
  }
  if (all.empty()) throw std::runtime_error("nothing is to be built for " + target);
  return "cd '" + std::string(BUILD) + "' && set -e\n" + all;
}

// Runs the board of the reference, and returns the seconds until its first verdict.
double board(const std::string& lab) {
  auto start_time = std::chrono::steady_clock::now();
  Subprocess board = start({std::string(BUILD) + "/grade", "board", lab, "--solutions"}, true);
  double first = -1;
  std::string said;
  char some[4096];
  for (ssize_t n; (n = ::read(board.output, some, sizeof some)) > 0;) {
    said.append(some, static_cast<std::size_t>(n));
    if (first < 0 && said.find("passed") != std::string::npos)
      first = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_time).count();
  }
  ::close(board.output);
  int status = 0;
  ::waitpid(board.pid, &status, 0);
  if (exit_status(status) != 0 || first < 0) throw std::runtime_error("the board of " + lab + " says:\n" + said);
  return first;
}

void time_lab(const Lab& lab, const std::string& name) {
  const std::string file = source_folder() + "/solutions/" + lab.stem + "/" + name, target = "solutions-" + lab.number;
  board(lab.id());
  save(file);
  const std::string commands = bare_commands(target);
  std::vector<double> first;
  auto times = take_turns(3, {{[&] { must_run({"sh", "-c", commands}); }},
                              {[&] { first.push_back(board(lab.id())); }, [&] { save(file); }}});
  const std::vector<double> bare = passed(times[0]), whole = passed(times[1]);
  const std::string what = "lab " + lab.number + ", " + name;
  bool has_aim = lab.number == "02";  // the board that everybody sees first
  print_figure(what + ": compile and link, nothing else", spread_of(bare), "s");
  print_figure("  save " + name + " -> first verdict", spread_of(first), "s");
  print_figure("  save " + name + " -> whole board", spread_of(whole), "s", has_aim ? "aim < 1.5" : "");
  print_figure("  " + what + ": first verdict", spread_of(ratios(first, bare)), "", "", "First verdict, against compile and link");
  print_figure("  " + what + ": whole board", spread_of(ratios(whole, bare)), "", has_aim ? "aim < 2.5" : "",
               "Whole board, against compile and link");
  print_figure("  " + what + ": processor time", spread_of(ratios(processor(times[1]), processor(times[0]))), "", "",
               "Whole board, processor time against compile and link");
}

}  // namespace

// A lab that cannot be built here leaves the others their turn.
void time_saves() {
  for (const Lab& lab : all_labs())
    for (const Edited& one : edited) {
      if (lab.number != one.lab) continue;
      try {
        time_lab(lab, one.file);
      } catch (const std::exception& error) {
        print_note(lab.id() + " is left out: " + error.what());
      }
    }
}

// From a saved change to the board: what a learner waits for, again and again.
#include "edit_loop.hpp"

#include <filesystem>
#include <sstream>
#include <string>

#include "subprocess.hpp"
#include "timing.hpp"

namespace fs = std::filesystem;

namespace {

const std::string source = std::string(SOURCE) + "/solutions/02-tcp-echo/echo_server.cpp";

// As an editor's save does.
void save() { fs::last_write_time(source, fs::file_time_type::clock::now()); }

// The commands that compile and link this one program, as the build would run them.
std::string bare_commands() {
  std::istringstream lines(capture({NINJA, "-C", BUILD, "-t", "commands", "solutions-02-echo_server"}).output);
  std::string all;
  for (std::string line; std::getline(lines, line);)
    if (line.find("solutions-02-echo_server.dir/") != std::string::npos) all += line + "\n";
  return "cd '" + std::string(BUILD) + "' && set -e\n" + all;
}

}  // namespace

void time_edit_loop() {
  const std::string grade = std::string(BUILD) + "/grade", commands = bare_commands();
  must_run({grade, "board", "lab02", "--solutions"});
  auto board = [&] { must_run({grade, "board", "lab02", "--solutions"}); };

  double bare = median_seconds(
      5, [] {},
      [&] {
        must_run({"sh", "-c", commands});
      });
  double edited = median_seconds(5, save, board);
  double unchanged = median_seconds(
      5, [] {}, board);
  double build_tool = median_seconds(
      5, [] {},
      [] {
        must_run({CMAKE, "--build", BUILD, "--target", "solutions-02"});
      });
  print_figure("compile and link echo_server.cpp, nothing else", bare, "s", "");
  print_figure("save echo_server.cpp -> the whole board of lab 02", edited, "s", "aim < 1.5");
  print_figure("  as a ratio to that", edited / bare, "", "aim < 2.5");
  print_figure("nothing changed -> the whole board of lab 02", unchanged, "s", "aim < 0.8");
  print_figure("  of which the build tool finds that nothing is to do", build_tool, "s", "");
}

void time_first_board() {
  const std::string folder = SCRATCH;
  double first = median_seconds(
      1,
      [&] {
        fs::remove_all(folder);
        must_run({CMAKE, "-S", SOURCE, "--preset", "lab02", "-B", folder});
      },
      [&] {
        must_run({CMAKE, "--build", folder, "--target", "lab02"});
      });
  fs::remove_all(folder);
  print_figure("the first board of lab 02 after a fresh configure", first, "s", "aim < 10");
}

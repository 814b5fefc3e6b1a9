#include "some_submissions.hpp"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "class/hold.hpp"
#include "process_tree.hpp"

namespace fs = std::filesystem;

const std::string reference = SOURCE "/solutions/02-tcp-echo/", skeleton = SOURCE "/labs/02-tcp-echo/";

void write_text(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string fresh(const std::string& name) {
  std::string folder = std::string(SCRATCH) + "/" + name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

void hand_in(const std::string& folder, const std::string& server, const std::string& client) {
  if (!server.empty()) write_text(folder + "/echo_server.cpp", server);
  if (!client.empty()) write_text(folder + "/echo_client.cpp", client);
}

std::vector<std::string> class_command(const std::string& folder, const std::string& results,
                                       const std::vector<std::string>& more) {
  std::vector<std::string> words{GRADE,       "class", folder,           "--lab", "lab02",
                                 "--results", results, "--speed-factor", "1.5"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Captured grade_class(const std::string& folder, const std::string& results, const std::vector<std::string>& more) {
  return capture(class_command(folder, results, more));
}

classroom::Grade grade_in(const std::string& results, const std::string& name) {
  CAPTURE(results, name);
  REQUIRE(fs::exists(results + "/" + name + ".json"));
  return classroom::grade_from(harness::Json::parse(text_of(results + "/" + name + ".json")));
}

std::string states_of(const classroom::Grade& grade) {
  std::string all = grade.state + " " + std::to_string(grade.points()) + ":";
  for (const auto& test : grade.tests) all += " " + test.id + " " + test.state;
  for (const auto& program : grade.programs) all += " " + program.name + " " + program.state;
  return all;
}

std::string notes_of(const classroom::Grade& grade) {
  std::string all;
  for (const std::string& note : grade.notes) all += note + "\n";
  return all;
}

std::size_t living_descendants() {
  auto pids = harness::family(::getpid());
  return static_cast<std::size_t>(std::count_if(pids.begin(), pids.end(), [](pid_t pid) {
    char state = harness::process_state(pid);
    return pid != ::getpid() && state != 'Z' && state != 'X' && state != 0;
  }));
}

bool can_hold() {
  static const bool can = classroom::probe_hold().enough();
  return can;
}

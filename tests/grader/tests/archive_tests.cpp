// Archives that are not what they should be: a clear note, and nothing outside the work folder.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "class/grading.hpp"
#include "class/intake.hpp"
#include "subprocess.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

// One entry of a tar archive (ustar), as no well-meaning program writes it.
std::string entry(const std::string& name, const std::string& content, char kind = '0', const std::string& link = "") {
  char head[512] = {};
  std::strncpy(head, name.c_str(), 100);
  std::snprintf(head + 100, 8, "%07o", 0644U);
  std::snprintf(head + 108, 8, "%07o", 0U);
  std::snprintf(head + 116, 8, "%07o", 0U);
  std::snprintf(head + 124, 12, "%011zo", content.size());
  std::snprintf(head + 136, 12, "%011o", 0U);
  head[156] = kind;
  std::strncpy(head + 157, link.c_str(), 100);
  std::memcpy(head + 257, "ustar\00000", 8);
  std::memset(head + 148, ' ', 8);
  unsigned sum = 0;
  for (char c : head) sum += static_cast<unsigned char>(c);
  std::snprintf(head + 148, 8, "%06o", sum);
  std::string padded = content + std::string((512 - content.size() % 512) % 512, '\0');
  return std::string(head, sizeof head) + padded;
}

struct Trial {
  explicit Trial(const std::string& name) : folder(std::string(SCRATCH) + "/archives-" + name) {
    fs::remove_all(folder);
    fs::create_directories(folder + "/class");
    fs::permissions(folder, fs::perms(0755));
    setting.lab = find_lab("lab02");
    setting.recipe = classroom::recipe_of(setting.lab);
    setting.hold = classroom::probe_hold();
  }
  classroom::Taken take(const std::string& archive) {
    std::ofstream(folder + "/class/one.tar", std::ios::binary) << archive << std::string(1024, '\0');
    return take_only();
  }
  classroom::Taken take_only() {
    auto all = classroom::submissions_in(folder + "/class", "");
    REQUIRE(all.submissions.size() == 1);
    return classroom::take(all.submissions[0], setting, folder + "/taken");
  }
  std::string source(const std::string& name) const {
    std::ifstream file(folder + "/taken/source/" + name);
    std::string line;
    std::getline(file, line);
    return line;
  }
  std::string folder;
  classroom::Setting setting;
};

std::string notes_of(const classroom::Taken& taken) {
  std::string all;
  for (const std::string& note : taken.notes) all += note + "\n";
  return all;
}

}  // namespace

TEST_CASE("Names that lead out of the archive's folder come to nothing, the rest is taken") {
  Trial trial("out");
  std::string victim = trial.folder + "/victim.cpp";
  auto taken = trial.take(entry("../echo_client.cpp", "// evil\n") + entry(victim, "// evil\n") +
                          entry("a/../../echo_client.cpp", "// evil\n") + entry("echo_server.cpp", "// mine\n"));
  CHECK_THAT(notes_of(taken), ContainsSubstring("3 names in the archive would lead out of its folder"));
  CHECK(trial.source("echo_server.cpp") == "// mine");
  CHECK(trial.source("echo_client.cpp") != "// evil");
  CHECK_FALSE(fs::exists(victim));
  CHECK_FALSE(fs::exists(trial.folder + "/echo_client.cpp"));
  CHECK_FALSE(fs::exists(trial.folder + "/taken/echo_client.cpp"));
}

TEST_CASE("Links, pipes and devices are not read") {
  Trial trial("links");
  auto taken = trial.take(entry("echo_server.cpp", "", '2', "/etc/passwd") + entry("echo_client.cpp", "", '6'));
  CHECK_THAT(notes_of(taken),
             ContainsSubstring("echo_server.cpp was not taken") && ContainsSubstring("echo_client.cpp was not taken"));
  CHECK(trial.source("echo_server.cpp").find("root:") == std::string::npos);

  // Through a folder that is a link to one outside, in either direction.
  Trial through("through");
  fs::create_directories(through.folder + "/outside");
  fs::permissions(through.folder + "/outside", fs::perms(0777));
  through.take(entry("02-tcp-echo", "", '2', through.folder + "/outside") +
               entry("02-tcp-echo/echo_server.cpp", "// evil\n"));
  CHECK(fs::is_empty(through.folder + "/outside"));
}

TEST_CASE("In a folder, too, links, pipes and large files are not read") {
  Trial trial("folder");
  std::string folder = trial.folder + "/class/one";
  fs::create_directories(folder);
  fs::create_symlink("/etc/passwd", folder + "/echo_server.cpp");
  REQUIRE(::mkfifo((folder + "/echo_client.cpp").c_str(), 0644) == 0);
  auto taken = trial.take_only();
  CHECK_THAT(notes_of(taken), ContainsSubstring("echo_server.cpp was not taken: it is a link") &&
                                  ContainsSubstring("echo_client.cpp was not taken: it is not an ordinary file"));
  fs::remove(folder + "/echo_server.cpp");
  std::ofstream(folder + "/echo_server.cpp") << std::string(2 << 20, ' ');
  CHECK_THAT(notes_of(trial.take_only()), ContainsSubstring("larger than 1024 KiB"));
}

TEST_CASE("A bomb is defused") {
  Trial trial("bomb");
  std::string zeros = trial.folder + "/echo_server.cpp";
  std::ofstream(zeros) << "//";
  fs::resize_file(zeros, 64 << 20);
  Captured packed =
      capture({CMAKE, "-E", "chdir", trial.folder, CMAKE, "-E", "tar", "czf", "class/one.tar.gz", "echo_server.cpp"});
  REQUIRE(packed.status == 0);
  REQUIRE(fs::file_size(trial.folder + "/class/one.tar.gz") < (1 << 20));
  auto taken = trial.take_only();
  CHECK_THAT(notes_of(taken), ContainsSubstring("it wrote a file larger than 4 MiB"));
  CHECK(trial.source("echo_server.cpp").find('\0') == std::string::npos);

  std::string many;
  for (int i = 0; i < 60000; ++i) many += entry("f" + std::to_string(i) + ".cpp", "");
  Trial crowd("crowd");
  CHECK_THAT(notes_of(crowd.take(many)), ContainsSubstring("more than 50000 names"));
}

TEST_CASE("Strange names and damaged archives") {
  Trial trial("strange");
  auto taken =
      trial.take(entry("new\nline/notes.txt", "a\n") + entry("Лабораторная [2]*/echo_server.cpp", "// mine\n"));
  CHECK(trial.source("echo_server.cpp") == "// mine");
  CHECK_FALSE(taken.key.empty());
  Trial newline("newline");
  auto lost = newline.take(entry("new\nline/echo_client.cpp", "// a\n"));
  CHECK(lost.key.empty());  // there is nothing to grade, and it must not count as somebody's skeleton
  CHECK_THAT(notes_of(lost), ContainsSubstring("echo_client.cpp was not taken: No such file or directory"));
  Trial damaged("damaged");
  CHECK_THAT(notes_of(damaged.take("this is no archive")), ContainsSubstring("cannot be read"));
  // Cut short in the middle of its only file: a person should look at it.
  Trial cut("cut");
  std::string file = cut.folder + "/echo_server.cpp";
  for (int i = 0; i < 2000; ++i) std::ofstream(file, std::ios::app) << "// " << i * 7919 << '\n';
  REQUIRE(capture({CMAKE, "-E", "chdir", cut.folder, CMAKE, "-E", "tar", "cf", "class/one.zip", "--format=zip",
                   "echo_server.cpp"})
              .status == 0);
  fs::resize_file(cut.folder + "/class/one.zip", fs::file_size(cut.folder + "/class/one.zip") / 2);
  CHECK_THAT(notes_of(cut.take_only()), ContainsSubstring("The archive is damaged"));
  Trial empty("empty");
  CHECK_THAT(notes_of(empty.take("")),
             ContainsSubstring("The archive is empty") || ContainsSubstring("cannot be read"));
}

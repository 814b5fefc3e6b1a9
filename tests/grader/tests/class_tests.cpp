// A class of mixed and hostile submissions: fair grades for all, harm to nobody.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <map>
#include <string>

#include "class/hold.hpp"
#include "course.hpp"
#include "process_tree.hpp"
#include "some_submissions.hpp"
#include "terminal.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

// What a hostile learner needs to know is filled in.
void hand_in_hostile(const std::string& folder, const std::string& name, const std::string& results,
                     const std::string& outside) {
  std::string text = text_of(std::string(HOSTILE) + "/" + name + ".cpp");
  REQUIRE_FALSE(text.empty());
  text = replaced(text, "@SOLUTIONS_SOURCE@", SOURCE "/solutions/02-tcp-echo");
  text = replaced(text, "@SOLUTIONS@", build_folder() + "/solutions/02-tcp-echo");
  text = replaced(replaced(text, "@RESULTS@", results), "@OUTSIDE@", outside);
  hand_in(folder + "/" + name, text, "");
}

const std::vector<std::string> hostile{"fork_bomb",           "kills_everything", "endless_output",
                                       "hundred_gigabytes",   "daemon",           "runs_the_solution",
                                       "writes_grades",       "forges_verdicts",  "ends_well_at_once",
                                       "embeds_the_solution", "endless_source",   "includes_passwd"};
const std::vector<std::string> mixed{
    "good", "Ada Lovelace_12_assignsubmission_file", "submission_77", "lovelacea_3_4_lab02", "empty", "other"};

std::string make_class(const std::string& name, const std::vector<std::string>& hostile_ones,
                       const std::string& results, const std::string& outside) {
  std::string folder = fresh(name), server = text_of(reference + "echo_server.cpp"),
              client = text_of(reference + "echo_client.cpp");
  hand_in(folder + "/good", server, client);
  // Whole tree, with a helper of its own that would end every test well.
  hand_in(folder + "/Ada Lovelace_12_assignsubmission_file_/socket-labs/labs/02-tcp-echo",
          replaced(server, "\"Echo: \"", "\"echo: \""), client);
  write_text(folder + "/Ada Lovelace_12_assignsubmission_file_/socket-labs/common/socket.cpp",
             "#error not the grader's\n");
  write_text(folder + "/Ada Lovelace_12_assignsubmission_file_/CMakeLists.txt", "message(FATAL_ERROR no)\n");
  hand_in(folder + "/submission_77", "int main() { return 0 }\n", client);
  // The same as good, packed.
  std::string packed = fresh(name + "-packed");
  hand_in(packed + "/02-tcp-echo", server, client);
  Captured tar = capture({CMAKE, "-E", "chdir", packed, CMAKE, "-E", "tar", "cf", folder + "/lovelacea_3_4_lab02.zip",
                          "--format=zip", "02-tcp-echo"});
  REQUIRE(tar.status == 0);
  fs::create_directories(folder + "/empty");
  write_text(folder + "/other/labs/04-persistent-connections/frame.cpp", "int nothing;\n");
  for (const std::string& one : hostile_ones) hand_in_hostile(folder, one, results, outside);
  return folder;
}

}  // namespace

TEST_CASE("A class of mixed and hostile submissions: each loses its own points alone, interrupted or not") {
  if (!can_hold()) SKIP("this machine cannot hold strangers' programs: " << classroom::probe_hold().lacking());
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::string outside = fresh("class-outside"), first = fresh("class-results"), second = fresh("class-results-again"),
              alone = fresh("class-results-alone");
  fs::permissions(outside, fs::perms(0777));
  std::string folder = make_class("class", hostile, first, outside);
  for (const char* place : {"/tmp", "/var/tmp", "/dev/shm"})
    for (const char* name :
         {"/left-behind-by-a-submission", "/left-behind-by-a-submission.json", "/writes_grades.json"})
      fs::remove(std::string(place) + name);

  Captured once = grade_class(folder, first, {"--seed", "1"});
  INFO(once.output);
  CHECK(once.status == 0);
  CHECK(once.output.find('\033') == std::string::npos);
  CHECK_THAT(once.output, ContainsSubstring("seed           1\n"));

  // Nothing is left: no process, no file.
  CHECK(living_descendants() == 0);
  CHECK(fs::is_empty(outside));
  for (const char* place : {"/tmp", "/var/tmp", "/dev/shm"})
    for (const char* name :
         {"/left-behind-by-a-submission", "/left-behind-by-a-submission.json", "/writes_grades.json"}) {
      CAPTURE(place, name);
      CHECK_FALSE(fs::exists(fs::symlink_status(std::string(place) + name)));
    }

  // Everybody has a fair grade.
  CHECK(grade_in(first, "good").points() == 100);
  CHECK(grade_in(first, "lovelacea_3_4_lab02").points() == 100);
  CHECK(grade_in(first, "lovelacea_3_4_lab02").learner == "lovelacea");
  CHECK_THAT(notes_of(grade_in(first, "lovelacea_3_4_lab02")),
             ContainsSubstring("the same, byte for byte, as those of good"));
  classroom::Grade ada = grade_in(first, "Ada Lovelace_12_assignsubmission_file");
  CHECK(ada.learner == "Ada Lovelace");
  CHECK_THAT(notes_of(ada), ContainsSubstring("Its common/socket.cpp differs from ours and was ignored."));
  CHECK(ada.points() > 40);
  CHECK(ada.points() < 70);
  classroom::Grade broken = grade_in(first, "submission_77");
  CHECK(broken.programs.at(0).state == "does not build");
  CHECK_THAT(broken.programs.at(0).errors, ContainsSubstring("echo_server.cpp:1:") && ContainsSubstring("expected"));
  CHECK(broken.programs.at(1).state == "built");
  CHECK(broken.points() > 20);
  CHECK(grade_in(first, "empty").state == "unusable");
  CHECK_THAT(notes_of(grade_in(first, "other")), ContainsSubstring("This looks like a submission for lab 04"));
  for (const std::string& name : hostile) {
    classroom::Grade grade = grade_in(first, name);
    CAPTURE(name);
    CHECK(grade.state == "graded");
    CHECK(grade.points() == 0);
    for (const auto& test : grade.tests) CHECK(test.state != "passed");
  }
  classroom::Grade curious = grade_in(first, "includes_passwd");
  CHECK_THAT(curious.programs.at(0).errors, ContainsSubstring("Permission denied") && !ContainsSubstring("root:"));

  // A neighbour's grade is what it would be without the others, but for how long things took, and which of them had to
  // be tried again since they took too long.
  CHECK(grade_class(folder, alone, {"--seed", "1", "--only", "good"}).status == 0);
  auto without_times = [](classroom::Grade grade) {
    for (auto& test : grade.tests) {
      test.seconds = 0;
      if (test.first_verdict == "timed out") test.first_verdict.clear();
    }
    return classroom::to_json(grade);
  };
  CHECK(without_times(grade_in(alone, "good")) == without_times(grade_in(first, "good")));

  const std::vector<std::string> fewer{"daemon", "kills_everything"};
  folder = make_class("class-again", fewer, second, outside);
  // Interrupted as soon as one is graded, then carried on: the same again, with another seed.
  Subprocess grader =
      start({GRADE, "class", folder, "--lab", "lab02", "--results", second, "--speed-factor", "1.5"}, true);
  auto graded = [&second](const std::string& name) {
    return text_if_any(second + "/" + name + ".json").find("\"state\": \"graded\", \"points\"") != std::string::npos;
  };
  auto any_graded = [&] { return std::any_of(fewer.begin(), fewer.end(), graded) || graded("good"); };
  while (!any_graded() && harness::process_state(grader.pid) != 'Z') ::usleep(10000);
  ::kill(grader.pid, SIGINT);
  std::string said;
  char buffer[4096];
  for (ssize_t n; (n = ::read(grader.output, buffer, sizeof buffer)) > 0;)
    said.append(buffer, static_cast<std::size_t>(n));
  ::close(grader.output);
  int status = 0;
  ::waitpid(grader.pid, &status, 0);
  CHECK(exit_status(status) == 130);
  CHECK_THAT(said, ContainsSubstring("Interrupted") && ContainsSubstring("The same command goes on from here"));
  CHECK(living_descendants() == 0);
  std::map<std::string, std::string> kept;
  for (const auto& all : {mixed, fewer})
    for (const std::string& name : all) {
      classroom::Grade grade = grade_in(second, name);
      CAPTURE(name, grade.state);
      CHECK((grade.state == "waiting" || grade.state == "graded" || grade.state == "unusable"));
      if (grade.state == "graded") kept[name] = text_of(second + "/" + name + ".json");
    }
  CHECK(kept.size() < 5);
  CHECK_THAT(said, ContainsSubstring("Interrupted: " + std::to_string(kept.size()) + " are graded"));

  Captured rest = grade_class(folder, second);
  INFO(rest.output);
  CHECK(rest.status == 0);
  for (const auto& [name, before] : kept) CHECK(text_of(second + "/" + name + ".json") == before);
  for (const std::string& name : mixed) CHECK(states_of(grade_in(second, name)) == states_of(grade_in(first, name)));
  for (const std::string& name : fewer) CHECK(grade_in(second, name).points() == 0);
}

TEST_CASE("Two graders on one folder of results: the second says so; an unwritable one is told") {
  if (!can_hold()) SKIP("this machine cannot hold strangers' programs");
  std::string folder = fresh("two-graders"), results = fresh("two-graders-results");
  hand_in(folder + "/slow", "#include <unistd.h>\nint main() { ::pause(); }\n", "");
  Subprocess one =
      start({GRADE, "class", folder, "--lab", "lab02", "--results", results, "--speed-factor", "20"}, true);
  while (!fs::exists(results + "/slow.json") && harness::process_state(one.pid) != 'Z') ::usleep(10000);
  Captured two = grade_class(folder, results);
  CHECK(two.status == 1);
  CHECK_THAT(two.output, ContainsSubstring("another grader is at work on " + results));

  // On a folder of its own it may work at the same time, and ends nothing of the other's.
  auto program_of = [](pid_t root) {
    for (pid_t pid : harness::family(root))
      if (text_if_any("/proc/" + std::to_string(pid) + "/comm") == "echo_server\n") return pid;
    return pid_t{-1};
  };
  pid_t program = -1;
  while ((program = program_of(one.pid)) < 0 && harness::process_state(one.pid) != 'Z') ::usleep(10000);
  std::string other = fresh("two-graders-other");
  hand_in(other + "/short", "int main() { return 0; }\n", "");
  CHECK(grade_class(other, fresh("two-graders-other-results")).status == 0);
  CHECK(program_of(one.pid) == program);
  ::kill(one.pid, SIGTERM);
  ::close(one.output);
  ::waitpid(one.pid, nullptr, 0);

  write_text(folder + "/../not-a-folder", "");
  Captured unwritable = grade_class(folder, std::string(SCRATCH) + "/not-a-folder/results");
  CHECK(unwritable.status == 1);
  CHECK_THAT(unwritable.output, ContainsSubstring("cannot be made: Not a directory"));
  Captured full = grade_class(folder, "/proc/self/results");
  CHECK(full.status == 1);
  CHECK_THAT(full.output, ContainsSubstring("the results folder /proc/self/results cannot be made"));
}

TEST_CASE(
    "Similar submissions are found under other names and in another layout; what everybody was given does not count") {
  std::string folder = fresh("similar"), own = SOURCE "/tests/02-tcp-echo/alternatives/poll/";
  auto disguised = [](std::string text) {
    for (const char* name : {"fd", "text", "bytes", "client", "address", "main_loop", "reply"})
      text = replaced(text, std::string(name), std::string("my_") + name);
    return "// all my own work\n" + replaced(replaced(text, "\n", "\n\n"), ";", " ; /* think */");
  };
  hand_in(folder + "/original", text_of(own + "echo_server.cpp"), text_of(own + "echo_client.cpp"));
  hand_in(folder + "/disguised", disguised(text_of(own + "echo_server.cpp")),
          disguised(text_of(own + "echo_client.cpp")));
  hand_in(folder + "/given-1", text_of(reference + "echo_server.cpp"), text_of(reference + "echo_client.cpp"));
  hand_in(folder + "/given-2", text_of(reference + "echo_server.cpp"), text_of(skeleton + "echo_client.cpp"));
  Captured report = capture({GRADE, "similar", folder, "--lab", "lab02"});
  INFO(report.output);
  CHECK(report.status == 0);
  CHECK_THAT(report.output, ContainsSubstring("disguised  and  original") &&
                                ContainsSubstring("1 pair of 4 submissions") && !ContainsSubstring("given"));
}

TEST_CASE("A class without a folder, a lab or submissions is told what is wanted") {
  Captured nothing = capture({GRADE, "class"});
  CHECK(nothing.status == 2);
  CHECK_THAT(nothing.output,
             ContainsSubstring("class wants a folder of submissions and a lab: grade class submissions --lab lab02"));
  CHECK(capture({GRADE, "class", ".", "--lab", "lab02", "--seed", "x"}).status == 2);
  if (!can_hold()) return;
  Captured empty = grade_class(fresh("no-submissions"), fresh("no-submissions-results"));
  CHECK(empty.status == 1);
  CHECK_THAT(empty.output, ContainsSubstring("there are no submissions in"));
  std::string folder = fresh("one-submission");
  hand_in(folder + "/a", "int main() {}\n", "");
  CHECK_THAT(grade_class(folder, fresh("one-results"), {"--only", "b"}).output,
             ContainsSubstring("there is no submission called b"));

  // A submission is found by the name that it has in the folder, too.
  std::string moodle = fresh("one-of-moodle"), results = fresh("one-of-moodle-results");
  fs::create_directories(moodle + "/Ada_1_assignsubmission_file_");
  fs::create_directories(moodle + "/Alan_2_assignsubmission_file_");
  CHECK(grade_class(moodle, results, {"--only", "Ada_1_assignsubmission_file_"}).status == 0);
  CHECK(grade_in(results, "Ada_1_assignsubmission_file").state == "unusable");
  CHECK_FALSE(fs::exists(results + "/Alan_2_assignsubmission_file.json"));

  // What is to be typed next can be typed as it stands.
  std::string blanks = fresh("Ada's results, with blanks");
  CHECK_THAT(grade_class(moodle, blanks).output,
             ContainsSubstring("grade report '" + replaced(blanks, "'", "'\\''") + "'   makes the gradebook"));
}

TEST_CASE("A word that a shell would take apart is quoted, and every other one stays as it is") {
  CHECK(for_a_shell("results/lab02_2026-11.zip") == "results/lab02_2026-11.zip");
  CHECK(for_a_shell("") == "''");
  for (const char* word : {"two words", "it's", "$HOME", "a;b", "~", "new\nline", "b\\n", "*", "!"}) {
    CAPTURE(word);
    Captured read_back = capture({"/bin/sh", "-c", "printf %s " + for_a_shell(word)});
    CHECK(read_back.output == word);
  }
}

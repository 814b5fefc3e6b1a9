// What goes wrong on our side costs nobody points, and stops nobody else's grading.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <string>

#include "process_tree.hpp"
#include "some_submissions.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string rest_of(const Subprocess& process) {
  std::string said;
  char buffer[4096];
  for (ssize_t n; (n = ::read(process.output, buffer, sizeof buffer)) > 0;)
    said.append(buffer, static_cast<std::size_t>(n));
  ::close(process.output);
  return said;
}

// Takes the compiler for a second or so.
const std::string slow_to_compile =
    "template <int N, int M> struct A { static constexpr unsigned long v = A<N - 1, M>::v + A<N - 1, M + 1>::v; };\n"
    "template <int M> struct A<0, M> { static constexpr unsigned long v = 1; };\n"
    "int main() { return A<450, 0>::v == 0; }\n";

}  // namespace

TEST_CASE("A compiler that is killed from outside makes a submission not graded, and the others are") {
  if (!can_hold()) SKIP("this machine cannot hold strangers' programs");
  std::string folder = fresh("killed"), results = fresh("killed-results");
  hand_in(folder + "/slow", slow_to_compile, "");
  hand_in(folder + "/wrong", "int main() { return 0 }\n", "int main() { return 0 }\n");
  Subprocess grader = start(class_command(folder, results, {"-j", "1"}), true);
  // Those that work on it while it is under way: the other waits.
  while (harness::process_state(grader.pid) != 'Z' &&
         text_if_any(results + "/wrong.json").find("\"state\": \"waiting\", \"points\"") == std::string::npos)
    ::usleep(1000);
  int killed = 0;
  while (harness::process_state(grader.pid) != 'Z') {
    if (text_if_any(results + "/slow.json").find("\"state\": \"under way\"") != std::string::npos)
      for (pid_t pid : harness::family(grader.pid))
        if (std::string name = text_if_any("/proc/" + std::to_string(pid) + "/comm");
            name == "cc1plus\n" || name == "clang\n" || name == "clang++\n")
          killed += ::kill(pid, SIGKILL) == 0;
    ::usleep(1000);
  }
  std::string said = rest_of(grader);
  int status = 0;
  ::waitpid(grader.pid, &status, 0);
  CAPTURE(said, killed);
  CHECK(exit_status(status) == 1);
  classroom::Grade slow = grade_in(results, "slow");
  CHECK(slow.state == "not graded");
  CHECK_THAT(notes_of(slow), ContainsSubstring("the compiler was killed, twice, and not by a limit of ours"));
  CHECK_THAT(said, ContainsSubstring("1 NOT graded: run it again"));
  CHECK(grade_in(results, "wrong").state == "graded");
  CHECK(grade_in(results, "wrong").programs.at(0).state == "does not build");
}

TEST_CASE("A folder that the grader may not read is not graded, and the others are") {
  if (!can_hold()) SKIP("this machine cannot hold strangers' programs");
  if (::geteuid() == 0) SKIP("root may read everything");
  std::string folder = fresh("unreadable"), results = fresh("unreadable-results");
  hand_in(folder + "/closed", "int main() {}\n", "");
  hand_in(folder + "/closed-file", "int main() {}\n", "");
  hand_in(folder + "/open", "int main() { return 0 }\n", "int main() { return 0 }\n");
  fs::permissions(folder + "/closed", fs::perms::none);
  fs::permissions(folder + "/closed-file/echo_server.cpp", fs::perms::none);
  Captured said = grade_class(folder, results);
  fs::permissions(folder + "/closed", fs::perms(0755));
  CAPTURE(said.output);
  CHECK(said.status == 1);
  CHECK(grade_in(results, "closed").state == "not graded");
  CHECK_THAT(notes_of(grade_in(results, "closed")), ContainsSubstring("Permission denied"));
  CHECK(grade_in(results, "closed-file").state == "not graded");
  CHECK_THAT(notes_of(grade_in(results, "closed-file")), ContainsSubstring("echo_server.cpp cannot be read"));
  CHECK(grade_in(results, "open").state == "graded");
}

TEST_CASE("A full disk is told, leaves the grades that were there whole, and nothing running") {
  if (!can_hold()) SKIP("this machine cannot hold strangers' programs");
  std::string folder = fresh("full-disk"), results = fresh("full-disk-results");
  for (int i = 0; i < 30; ++i)
    hand_in(folder + "/learner-" + std::to_string(i), "int main() { return 0 }\n// " + std::to_string(i) + "\n",
            "int main() { return 0 }\n");
  // A file system of our own, too small for all records, in mounts of our own.
  std::vector<std::string> words{"unshare", "-m"};
  if (::geteuid() != 0) words.push_back("-r");
  std::string keep = fresh("full-disk-kept");
  words.insert(words.end(),
               {"sh", "-c",
                "results=$1 keep=$2; shift 2; mount -t tmpfs -o size=200k none \"$results\" || exit 77; \"$@\"; "
                "status=$?; cp \"$results\"/*.json \"$keep\"; ls -A \"$results\"; exit $status",
                "sh", results, keep});
  for (const std::string& word : class_command(folder, results)) words.push_back(word);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  Captured said = capture(words);
  if (said.status == 77 || said.output.starts_with("unshare: ")) SKIP("no mounts of one's own here");
  CAPTURE(said.output);
  CHECK(said.status == 1);
  CHECK_THAT(said.output, ContainsSubstring("cannot be written, what was there stays: No space left on device"));
  CHECK(said.output.find(".new\n") == std::string::npos);
  CHECK(living_descendants() == 0);
  int whole = 0;
  for (const auto& entry : fs::directory_iterator(keep)) {
    CHECK_NOTHROW(grade_in(keep, entry.path().stem()));
    ++whole;
  }
  CHECK(whole > 3);
  CHECK(whole < 30);
}

TEST_CASE("Long names that differ at their end only do not get in each other's way") {
  if (!can_hold()) SKIP("this machine cannot hold strangers' programs");
  std::string folder = fresh("long-names"), results = fresh("long-names-results"), stem(110, 'x');
  for (const char* end : {"a", "b", "c"})
    hand_in(folder + "/" + stem + end, std::string("int main() { return 0 }\n// ") + end + "\n", "int main( {}\n");
  Captured said = grade_class(folder, results);
  CAPTURE(said.output);
  CHECK(said.status == 0);
  std::string name(100, 'x');
  for (const std::string& one : {name, name + "-2", name + "-3"}) CHECK(grade_in(results, one).state == "graded");
}

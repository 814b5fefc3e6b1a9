// Each rogue must get its verdict, with the words from which a learner can tell what happened, and leave nothing
// behind.
#include <sys/prctl.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <string>
#include <vector>

#include "files.hpp"
#include "json.hpp"
#include "process_tree.hpp"
#include "subprocess.hpp"

namespace fs = std::filesystem;

namespace {

struct Expected {
  std::string rogue, state, says;
};

const std::vector<Expected> verdicts{
    {"right", "passed", ""},
    {"talks", "passed", ""},
    {"forks", "passed", ""},
    {"daemonises", "passed", ""},
    {"leaves-a-daemon", "passed", ""},
    {"ignores-sigterm", "passed", ""},
    {"closes-everything", "passed", ""},
    {"hangs", "timed out", "it neither listens nor announces anything"},
    {"spins", "timed out", "it neither listens nor announces anything"},
    {"never-announces", "timed out", "has not said so: is the line flushed?"},
    {"never-accepts", "timed out", "what came silence, not a byte"},
    {"falls-silent", "timed out", "what came \"rig\" then silence"},
    {"ends-at-once", "wrong", "the program ended before it announced anything (exit status 0)"},
    {"announces-something-else", "wrong", "\"Server started on port "},
    {"announces-port-0", "wrong", "\"listening on 127.0.0.1:0\""},
    {"announces-without-brackets", "wrong", "an IPv6 address in brackets"},
    {"ends-early", "wrong", "what came \"rig\" then end of stream"},
    {"resets", "wrong", "a reset"},
    {"answers-wrongly", "wrong", "what came \"wrong\""},
    {"announces-and-ends", "wrong", "rogue exit status 0"},
    {"floods", "wrong", "it wrote more than a test reads"},
    {"floods-stderr", "wrong", "it wrote more than a test reads"},
    {"eats-memory", "wrong", "it used more memory than a test allows"},
    {"aborts-at-once", "crashed", "SIGABRT"},
    {"announces-and-dies", "crashed", "SEGV"},
    {"writes-to-nobody", "crashed", "SIGPIPE"},
    {"crashes", "crashed", "SIGABRT"},
    {"crashes-after-the-answer", "crashed", "SIGABRT"},
    {"overflows", "crashed", "heap-buffer-overflow"},
    {"overflows-an-int", "crashed", "signed integer overflow"},
    {"not-written", "not started", "not written yet: 99.1 answer"},
    {"not-there", "does not build", "there is no program"},
};

std::string folder_of(const std::string& rogue) {
  std::string folder = std::string(ROGUES) + "/" + rogue;
  fs::create_directories(folder);
  fs::remove(folder + "/rogue");
  if (rogue != "not-there") fs::create_symlink(ROGUE, folder + "/rogue");
  return folder;
}

struct Verdict {
  std::string state, message, output;
};

Verdict judge(const std::string& rogue, const std::vector<std::string>& more) {
  // Thirty at the same time, some of them busy: a slow machine.
  std::vector<std::string> command{JUDGED, "-r", "jsonl", "--programs", folder_of(rogue), "--speed-factor", "2"};
  command.insert(command.end(), more.begin(), more.end());
  Verdict verdict;
  verdict.output = capture(command).output;
  std::istringstream lines(verdict.output);
  for (std::string line; std::getline(lines, line);) {
    harness::Json json = harness::Json::parse(line);
    if (json["event"].text() != "end") continue;
    verdict.state = json["state"].text();
    verdict.message = json["failure"].text() + "\n";
    for (const harness::Json& detail : json["details"].items())
      verdict.message += detail.items()[0].text() + " " + detail.items()[1].text() + "\n";
  }
  return verdict;
}

// What is left of the rogues: we adopt what their own parents leave (PR_SET_CHILD_SUBREAPER).
std::string left_behind() {
  std::string left;
  for (pid_t pid : harness::family(::getpid())) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
    std::string command;
    std::getline(file, command, '\0');
    if (pid != ::getpid()) left += command + "\n";
  }
  harness::kill_all_descendants();
  return left;
}

}  // namespace

TEST_CASE("Every rogue gets its verdict and leaves no process behind") {
  std::vector<std::string> options = GENERATE(std::vector<std::string>{}, std::vector<std::string>{"--shared-network"});
  INFO((options.empty() ? "in a private network" : options.front()));
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);

  // All at the same time: most of them are about waiting.
  std::vector<std::future<Verdict>> running;
  for (const Expected& expected : verdicts)
    running.push_back(std::async(std::launch::async, [&] { return judge(expected.rogue, options); }));
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    Verdict verdict = running[i].get();
    CAPTURE(verdicts[i].rogue, verdict.message, verdict.output);
    CHECK(verdict.state == verdicts[i].state);
    CHECK(verdict.message.find(verdicts[i].says) != std::string::npos);
  }
  CHECK(left_behind() == "");
}

TEST_CASE("A fork bomb is bounded, and nothing of it is left") {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  Verdict verdict = judge("forks-without-end", {});
  CHECK_FALSE(verdict.state.empty());
  CHECK(left_behind() == "");
}

TEST_CASE("A failure shows the program's calls, the packets, and where they are kept") {
  std::string folder = std::string(ROGUES) + "/captures";
  fs::remove_all(folder);
  fs::create_directories(folder);
  Verdict verdict = judge("ends-early", {"--captures", folder});
  CAPTURE(verdict.message);
  CHECK(verdict.state == "wrong");
  CHECK(verdict.message.find("write(4, 3) = 3 \"rig\"") != std::string::npos);
  if (verdict.message.find("on the wire") == std::string::npos)
    SKIP("this machine has no private network to capture in");
  CHECK(verdict.message.find("we -> it   SYN\n") != std::string::npos);
  CHECK(verdict.message.find("it -> we   SYN ACK\n") != std::string::npos);
  CHECK(verdict.message.find("it -> we   FIN") != std::string::npos);
  std::string bytes = harness::text_of(folder + "/99.1.1.pcap");
  // The magic number of pcap(3) with nanoseconds, and at least six packets behind the header.
  CHECK(bytes.starts_with("\x4d\x3c\xb2\xa1"));
  CHECK(bytes.size() > 24 + 6 * (16 + 54));
}

TEST_CASE("With several programs all times are counted from the earliest moment, and none is negative") {
  std::string message = judge("ends-early", {"99.2.1*"}).message;
  CAPTURE(message);
  std::size_t told = 0;
  for (std::size_t at = message.find(" ms   "); at != std::string::npos; at = message.find(" ms   ", at + 1), ++told) {
    std::size_t number = message.find_last_of(" \n", at - 1) + 1;
    CHECK(message[number] != '-');
  }
  CHECK(told >= 2);
}

TEST_CASE("A failure names the section of the book about the error that was met, and none where none was") {
  Verdict early = judge("ends-at-once", {}), overflow = judge("overflows", {}), wrong = judge("answers-wrongly", {});
  CAPTURE(early.message, overflow.message, wrong.message);
  CHECK(early.message.find("look up docs/errors-grader.md \"the program ended before it announced anything\"\n") !=
        std::string::npos);
  CHECK(overflow.message.find("look up docs/errors-grader.md \"ERROR: AddressSanitizer\"\n") != std::string::npos);
  CHECK(wrong.message.find("look up") == std::string::npos);
}

TEST_CASE("Without the recorder the verdict is the same, and the message says that there is no record") {
  Verdict with = judge("falls-silent", {}), without = judge("falls-silent", {"--no-record"});
  CHECK(without.state == with.state);
  CHECK(with.message.find("your program waits") == std::string::npos);  // pause is no socket call
  CHECK(without.message.find("there is no record") != std::string::npos);
}

// The recorder changes nothing but what a fault asks for, whatever the program was built with and whatever it does.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <cerrno>
#include <chrono>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "calls.hpp"
#include "recording.hpp"

using namespace harness;

namespace {

std::vector<std::string> probes() {
  std::vector<std::string> all;
  std::istringstream list(PROBES);
  for (std::string path; std::getline(list, path, ':');) all.push_back(path);
  return all;
}

bool is(const std::string& probe, const std::string& kind) { return probe.ends_with("-" + kind); }

struct Run {
  int status = 0;
  std::string output;
  bool ended = true;  // by itself
};

// Runs it with an environment of its own, for at most 30 s.
Run run(const std::string& probe, const std::string& behaviour, std::vector<std::string> environment) {
  environment.push_back("ASAN_OPTIONS=verify_asan_link_order=0");
  std::vector<char*> settings;
  for (std::string& setting : environment) settings.push_back(setting.data());
  settings.push_back(nullptr);
  char* arguments[] = {const_cast<char*>(probe.c_str()), const_cast<char*>(behaviour.c_str()), nullptr};
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  pid_t pid = ::fork();
  if (pid == 0) {
    ::setpgid(0, 0);
    ::dup2(ends[1], 1);
    ::dup2(ends[1], 2);
    ::execve(probe.c_str(), arguments, settings.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  Run result;
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  std::array<char, 4096> buffer;
  while (true) {
    pollfd ready{ends[0], POLLIN, 0};
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) == 0) {
      result.ended = false;
      ::kill(-pid, SIGKILL);
      break;
    }
    ssize_t n = ::read(ends[0], buffer.data(), buffer.size());
    if (n <= 0) break;
    result.output.append(buffer.data(), static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  ::waitpid(pid, &result.status, 0);
  return result;
}

std::set<std::string> names(const std::vector<RecordedCall>& calls) {
  std::set<std::string> all;
  for (const RecordedCall& call : calls) all.insert(call.name);
  return all;
}

}  // namespace

TEST_CASE("With the recorder a program does what it does without") {
  std::string probe = GENERATE(from_range(probes()));
  for (const char* behaviour : {"converse", "threads", "forks", "forks-a-lot", "stdio", "looks-ahead", "scribbles",
                                "closes-everything", "executes-itself", "nothing"}) {
    CAPTURE(probe, behaviour);
    Run without = run(probe, behaviour, {});
    Recording recording(RECORDER);
    Run with = run(probe, behaviour, recording.environment());
    CAPTURE(without.output, with.output);
    CHECK(with.ended);
    CHECK(with.status == without.status);
    CHECK(with.output == without.output);
    // Whatever is in the memory now, reading it does no harm.
    std::vector<RecordedCall> calls = recording.calls();
    CHECK(listing(calls, {}, 0, ~std::uint64_t{0}, 20).size() < 20'000);
  }
}

TEST_CASE("Sanitizers report with the recorder what they report without") {
  std::string probe = GENERATE(from_range(probes()));
  for (const char* behaviour : {"overflows", "leaks", "races"}) {
    bool address = is(probe, "address") && std::string(behaviour) != "races";
    bool thread = is(probe, "thread") && std::string(behaviour) == "races";
    if (!address && !thread) continue;
    CAPTURE(probe, behaviour);
    Run without = run(probe, behaviour, {});
    Recording recording(RECORDER);
    Run with = run(probe, behaviour, recording.environment());
    CAPTURE(without.output, with.output);
    CHECK(with.ended);
    for (const char* report : {"heap-buffer-overflow", "detected memory leaks", "data race"})
      CHECK((with.output.find(report) != std::string::npos) == (without.output.find(report) != std::string::npos));
  }
}

TEST_CASE("Every kind of program but a static one is recorded") {
  std::string probe = GENERATE(from_range(probes()));
  CAPTURE(probe);
  Recording recording(RECORDER);
  Run with = run(probe, "converse", recording.environment());
  CAPTURE(with.output);
  if (is(probe, "static")) {
    CHECK_FALSE(recording.loaded());
    CHECK(recording.calls().empty());
    return;
  }
  REQUIRE(recording.loaded());
  auto calls = recording.calls();
  CHECK(names(calls) == std::set<std::string>{"socket", "setsockopt", "bind", "listen", "connect", "accept", "send",
                                              "poll", "recv", "writev", "shutdown", "close"});
  auto received =
      std::find_if(calls.begin(), calls.end(), [](const RecordedCall& call) { return call.name == "recv"; });
  CHECK(received->result == 12);
  CHECK(received->bytes == "hello, world");
  CHECK(in_words(*received).starts_with("recv("));
  // stdout is a pipe: what is printed is no socket call.
  CHECK(std::none_of(calls.begin(), calls.end(), [](const RecordedCall& call) { return call.name == "write"; }));
}

TEST_CASE("An empty datagram on a connected socket is told as one, not as the end of a stream") {
  std::string probe = GENERATE(from_range(probes()));
  CAPTURE(probe);
  Recording recording(RECORDER);
  CHECK(run(probe, "empty-datagrams", recording.environment()).status == 0);
  std::size_t received = 0, sent = 0;
  for (const RecordedCall& call : recording.calls()) {
    CAPTURE(in_words(call));
    CHECK(in_words(call).find("end of stream") == std::string::npos);
    if (call.receives()) received += in_words(call).find(" = 0 (empty datagram)") != std::string::npos;
    if (call.sends()) sent += call.of_datagrams;
  }
  CHECK(received == (recording.loaded() ? 4 : 0));
  CHECK(sent == (recording.loaded() ? 4 : 0));
}

TEST_CASE("Faults happen, and a program that expects them does not notice") {
  std::string probe = GENERATE(from_range(probes()));
  CAPTURE(probe);
  Recording recording(RECORDER,
                      {receives_at_most(1), sends_at_most(2), interrupts_every(3), accept_fails_once(ECONNABORTED)});
  Run with = run(probe, "converse", recording.environment());
  CAPTURE(with.output);
  CHECK(with.status == 0);
  CHECK(with.output == "hello, world\n");
  if (!recording.loaded()) return;
  std::size_t interrupted = 0, aborted = 0, received = 0, sent = 0;
  for (const RecordedCall& call : recording.calls()) {
    if (call.failed() && call.error == EINTR) ++interrupted;
    if (call.failed() && call.error == ECONNABORTED) ++aborted;
    if (call.receives() && call.result > 0) ++received;
    if (call.name == "send" && call.result > 0) ++sent;
  }
  CHECK(interrupted >= 3);
  CHECK(aborted == 1);
  CHECK(received == 12);
  CHECK(sent == 6);
}

TEST_CASE("The connect of a datagram socket only notes an address: no signal interrupts it, that of a stream it does") {
  std::string probe = GENERATE(from_range(probes()));
  CAPTURE(probe);
  for (const char* what : {"empty-datagrams", "converse"}) {
    CAPTURE(what);
    Recording recording(RECORDER, {connect_is_interrupted()});
    Run with = run(probe, what, recording.environment());
    CAPTURE(with.output);
    bool interrupted = recording.loaded() && what == std::string("converse");
    CHECK((with.output.find("connect failed: Interrupted system call") != std::string::npos) == interrupted);
    CHECK((with.status == 0) == !interrupted);
  }
}

TEST_CASE("Where there is no recorder nothing is recorded") {
  Recording recording("/no/such/library.so");
  CHECK(recording.environment().empty());
  CHECK_FALSE(recording.loaded());
  CHECK(recording.calls().empty());
}

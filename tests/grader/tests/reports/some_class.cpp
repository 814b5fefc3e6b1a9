#include "some_class.hpp"

#include <filesystem>
#include <fstream>

using classroom::Grade;
using classroom::TestGrade;

namespace {

TestGrade test(const std::string& id, const std::string& title, int possible) {
  TestGrade test;
  test.id = id;
  test.title = title;
  test.part = id.substr(0, 4);
  test.state = "passed";
  test.points = test.possible = possible;
  test.seconds = 0.25;
  test.file = "tests/02-tcp-echo/server_tests.cpp";
  test.line = 40;
  return test;
}

// Everything passed: 100 points and 5 of bonus.
Grade whole(const std::string& submission, const std::string& learner) {
  Grade grade;
  grade.submission = submission;
  grade.learner = learner;
  grade.lab = "lab02";
  grade.lab_title = "TCP echo";
  grade.state = "graded";
  grade.key = "key of " + submission;
  grade.containment = "private network, limits";
  grade.seed = 1234567890123ULL;
  grade.submitted = "2026-11-20T12:00:00Z";
  grade.programs = {{"echo_server", "built", ""}, {"echo_client", "built", ""}};
  grade.parts = {{"02.1", "listen and announce", 0, 0},
                 {"02.3", "send the whole reply", 0, 0},
                 {"02.9", "restarts, resets and vanished peers", 0, 0}};
  grade.tests = {test("02.1.1", "The server announces where it listens", 10),
                 test("02.1.2", "A port in use ends the server with status 1", 15),
                 test("02.3.1", "A message that arrives in pieces comes back whole", 30),
                 test("02.3.2", "A reply that the system takes in part is sent to its end", 20),
                 test("02.9.1", "A client that resets costs nothing", 10),
                 test("02.9.2", "Nothing leaks: a thousand conversations <and> one & more", 15),
                 test("02.9.3", "Out of descriptors", 5)};
  grade.tests[4].extra = grade.tests[5].extra = true;
  grade.tests[5].hidden = true;
  grade.tests[6].bonus = true;
  return grade;
}

void fail(Grade& grade, std::size_t index, const std::string& state, const std::string& message) {
  TestGrade& test = grade.tests[index];
  test.state = state;
  test.points = 0;
  test.failure = message.empty() ? "" : "client.receive_all() == \"Echo: Hello\"";
  test.message = message;
}

constexpr const char* pieces =
    "we sent       \"Hel\", then \"lo\", then end of stream\n"
    "we expected   \"Echo: Hello\"\n"
    "we received   \"Echo: Hel\" then end of stream\n"
    "                        ^ after 9 bytes: 2 more were expected\n"
    "your calls    accept = 4   recv(4, 1024) = 3   send(4, 9) = 9   close(4)\n"
    "why           TCP is a stream: one send may take several recv calls. Loop until recv gives 0.\n"
    "read          docs/02-tcp-echo \"One send, many receives\"";

// One recv is taken for the message.
Grade in_pieces(const std::string& submission, const std::string& learner) {
  Grade grade = whole(submission, learner);
  fail(grade, 2, "wrong", pieces);
  fail(grade, 3, "blocked", "");
  fail(grade, 6, "not started", "");
  grade.looks_like = "one-recv-is-the-message";
  grade.looks_like_text = "the first piece that recv gives is taken for the whole message";
  return grade;
}

Grade crashed(const std::string& submission, const std::string& learner) {
  Grade grade = in_pieces(submission, learner);
  fail(grade, 4, "crashed",
       "what came      the program ended by signal 13 (SIGPIPE)\n\x1b[31mred\x1b[0m \x01\x02 ]]> \xff\xfe "
       "<script>alert(1)</script>");
  fail(grade, 5, "timed out", "nothing came for 5 seconds");
  grade.looks_like = "dies-of-sigpipe";
  grade.looks_like_text = "a peer that is gone ends the program by SIGPIPE";
  return grade;
}

Grade late(Grade grade, int days, int percent) {
  grade.days_late = days;
  grade.late_penalty = percent;
  return grade;
}

Grade does_not_build() {
  Grade grade = whole("mistral",
                      "Mistral, Fr\xc3\xa9"
                      "d\xc3\xa9ric");
  grade.programs[1] = {"echo_client", "does not build",
                       "echo_client.cpp:12:3: error: 'send_al' was not declared in this scope\n"};
  for (std::size_t i : {0U, 1U, 2U, 3U}) fail(grade, i, "does not build", "echo_client does not build");
  grade.notes = {"echo_client does not build.", "A changed common/socket.hpp was ignored."};
  return grade;
}

Grade unusable() {
  Grade grade = whole("empty_4711", "");
  grade.state = "unusable";
  grade.notes = {"The archive is empty."};
  grade.programs = {{"echo_server", "missing", ""}, {"echo_client", "missing", ""}};
  for (std::size_t i = 0; i < grade.tests.size(); ++i) fail(grade, i, "does not build", "echo_server is missing");
  return grade;
}

Grade not_graded() {
  Grade grade;
  grade.submission = "unlucky";
  grade.learner = "Unlucky";
  grade.lab = "lab02";
  grade.lab_title = "TCP echo";
  grade.state = "not graded";
  grade.notes = {"The disk was full."};
  return grade;
}

Grade skipped() {
  Grade grade = whole("skipped", "Skip Ped");
  fail(grade, 1, "skipped", "there is no IPv6 here");
  grade.tests[1].possible = 0;
  grade.tests[2].first_verdict = "wrong";
  return grade;
}

}  // namespace

std::vector<Grade> some_class() {
  return {whole("ada", "Ada Lovelace"),
          in_pieces("formula", "=HYPERLINK(\"http://example.org\",\"click\")"),
          in_pieces("script", "<script>alert('name')</script>"),
          crashed("comma", "O'Hara, \"Scar,let\"\nline two"),
          late(in_pieces("late", "\xd0\x9b\xd0\xb5\xd0\xb2 \xd0\xa2\xd0\xbe\xd0\xbb\xd1\x81\xd1\x82\xd0\xbe\xd0\xb9"),
               2, 33),
          late(whole("\xe6\x9d\x8e\xe5\xb0\x8f\xe9\xbe\x99", "\xe6\x9d\x8e\xe5\xb0\x8f\xe9\xbe\x99"), 30, 100),
          whole("rtl", "\xd7\xa9\xd7\xa8\xd7\x94 \xe2\x80\xae evil"),
          crashed("bytes", "not UTF-8: \xff\xc0\x80 \x1b[31m"),
          does_not_build(),
          unusable(),
          not_graded(),
          skipped()};
}

std::string written_class(const std::string& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (const Grade& grade : some_class()) std::ofstream(folder + "/" + grade.submission + ".json") << to_json(grade);
  return folder;
}

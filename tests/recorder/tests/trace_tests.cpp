// `grade trace`: a program run by hand under the recorder.
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <string>

#include "files.hpp"
#include "subprocess.hpp"

namespace {

std::string name_of_a_probe() {
  std::string first = std::string(PROBES).substr(0, std::string(PROBES).find(':'));
  return first.substr(first.rfind('/') + 1);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("A traced program does its work, and its calls and their chart are shown") {
  const std::string svg = std::string(PROBE_FOLDER) + "/chart.svg";
  std::filesystem::remove(svg);
  Captured run =
      capture({GRADE, "trace", "lab02", "--programs", PROBE_FOLDER, "--svg", svg, "--", name_of_a_probe(), "converse"});
  CAPTURE(run.output);
  CHECK(run.status == 0);
  CHECK(contains(run.output, "hello, world\n"));
  CHECK(contains(run.output, "socket(TCP) = "));
  CHECK(contains(run.output, "12 bytes \"hello, world\""));
  CHECK(contains(run.output, "end of stream (FIN)"));
  std::string drawing = harness::text_of(svg);
  CHECK(contains(drawing, "</svg>"));
}

TEST_CASE("Two programs are traced together, and the chart shows both sides") {
  Captured run = capture({GRADE, "trace", "lab02", "--programs", PROBE_FOLDER, "--", name_of_a_probe(), "converse",
                          "--", name_of_a_probe(), "converse"});
  CAPTURE(run.output);
  CHECK(run.status == 0);
  CHECK(contains(run.output, "listen("));
  CHECK(contains(run.output, "12 bytes \"hello, world\""));
}

TEST_CASE("An ordinary user's programs are recorded in a network of their own, too") {
  if (::geteuid() != 0) SKIP("the tests before this one are run by an ordinary user already");
  std::vector<std::string> command{"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  auto as_nobody = [&command](std::vector<std::string> words) {
    words.insert(words.begin(), command.begin(), command.end());
    return capture(words);
  };
  if (as_nobody({"/usr/bin/test", "-x", GRADE}).status != 0) SKIP("nobody but us can start programs in this folder");
  Captured run = as_nobody({GRADE, "trace", "lab02", "--programs", PROBE_FOLDER, "--", name_of_a_probe(), "converse",
                            "--", name_of_a_probe(), "converse"});
  CAPTURE(run.output);
  if (!contains(run.output, "SYN")) SKIP("an ordinary user gets no network of its own here");
  CHECK(contains(run.output, "listen("));
}

TEST_CASE("The status of a traced program is its own, and wrong usage is told") {
  CHECK(
      capture({GRADE, "trace", "lab02", "--programs", PROBE_FOLDER, "--", name_of_a_probe(), "no-such-thing"}).status ==
      2);
  CHECK(capture({GRADE, "trace", "lab02"}).status == 2);
  CHECK(capture({GRADE, "board", "lab02", "--", "echo_client"}).status == 2);
  CHECK(capture({GRADE, "trace", "lab02", "--programs", PROBE_FOLDER, "--", "no-such-program"}).status == 1);
}

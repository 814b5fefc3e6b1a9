// Commands behind the fence: who ended them decides who is to blame.
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <string>

#include "class/compile.hpp"
#include "class/confined.hpp"
#include "some_submissions.hpp"

namespace {

classroom::Ended run_in_shell(const std::string& script, std::size_t processor_seconds = 10, std::size_t seconds = 60) {
  classroom::Confined confined;
  confined.command = {"/bin/sh", "-c", script};
  confined.folder = fresh("confined");
  confined.writable = {confined.folder};
  confined.processor_seconds = processor_seconds;
  confined.seconds = seconds;
  return classroom::run_confined({confined}, 1)[0];
}

}  // namespace

TEST_CASE("A command that somebody kills is told from one that reaches a limit or fails") {
  CHECK(run_in_shell("kill -9 $$").killed);
  CHECK_FALSE(run_in_shell("exit 1").killed);
  CHECK_FALSE(run_in_shell("kill -11 $$").killed);

  // A limit of ours, even when the softer one is not heeded.
  classroom::Ended busy = run_in_shell("trap '' XCPU; while :; do :; done", 1);
  CHECK(busy.status == 128 + 9);
  CHECK_FALSE(busy.killed);
  classroom::Ended loud = run_in_shell("while :; do echo 0123456789012345678901234567890123456789; done");
  CHECK(loud.cut == "it said more than anybody can read");
  CHECK_FALSE(loud.killed);
}

TEST_CASE("On a busy machine the time of the processor counts; who only waits is ended after the other limit") {
  classroom::Ended busy = run_in_shell("while :; do :; done", 2, 1);
  CHECK(busy.cut == "it used more than 2 seconds of the processor");
  CHECK_FALSE(busy.killed);
  classroom::Ended waiting = run_in_shell("exec sleep 600", 10, 1);
  CHECK(waiting.cut == "it waited, for longer than 1 seconds");
  CHECK_FALSE(waiting.killed);
}

TEST_CASE("A compiler's driver tells that a part of it was killed; a source cannot make it say so") {
  auto says = [](const std::string& lines) { return run_in_shell("printf '" + lines + "\\n'; exit 1").killed; };
  CHECK(says("g++: fatal error: Killed signal terminated program cc1plus\\ncompilation terminated."));
  CHECK(says("warning\\ncollect2: fatal error: ld terminated with signal 9 [Killed]\\ncompilation terminated."));
  CHECK(says("clang: error: unable to execute command: Killed"));
  CHECK_FALSE(says("echo_server.cpp:1:2: error: #error g++: fatal error: Killed signal terminated program cc1plus"));
  CHECK_FALSE(says("g++: fatal error: Killed signal terminated program cc1plus\\n    1 | #error x\\n      |  ^~~~~"));
  CHECK_FALSE(says("g++: fatal error: CPU time limit exceeded signal terminated program cc1plus"));
  CHECK_FALSE(says(""));
}

TEST_CASE("When the compiler is killed a second time nothing is held against the programs; once is forgiven") {
  std::string folder = fresh("killed-compiler"), compiler = folder + "/compiler";
  for (const char* name : {"/source", "/bin", "/work", "/built"}) std::filesystem::create_directories(folder + name);
  write_text(folder + "/source/echo_server.cpp", "int main() {}\n");
  classroom::Recipe recipe;
  recipe.compiler = compiler;
  recipe.version = "GNU 12";
  recipe.programs = {"echo_server"};
  auto compile = [&](const std::string& script) {
    write_text(compiler, "#!/bin/sh\n" + script);
    std::filesystem::permissions(compiler, std::filesystem::perms(0755));
    return classroom::compile(recipe, folder, folder + "/source", {}, folder + "/bin", folder + "/work",
                              folder + "/built", 0, 1);
  };
  CHECK_THROWS_AS(compile("kill -9 $$\n"), classroom::KilledFromOutside);
  CHECK(compile("test -e again || { : > again; kill -9 $$; }\n").errors.empty());
  CHECK(compile("echo wrong; exit 1\n").errors.at("echo_server") == "wrong\n");
}

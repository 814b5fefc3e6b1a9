#include "doctor.hpp"

#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

#include "class/hold.hpp"
#include "course.hpp"
#include "network.hpp"
#include "runner.hpp"
#include "terminal.hpp"

namespace {

bool all_well = true;

void report(const char* mark, Colour colour, const std::string& subject, const std::string& finding) {
  std::cout << "   " << in(colour, padded(mark, 6)) << padded(subject, 18) << finding << '\n';
}

void good(const std::string& subject, const std::string& finding) { report("ok", Colour::green, subject, finding); }
void note(const std::string& subject, const std::string& finding) { report("note", Colour::yellow, subject, finding); }
void bad(const std::string& subject, const std::string& finding) {
  report("BAD", Colour::red, subject, finding);
  all_well = false;
}

// In a child, because a process cannot come back from a private network.
void check_network() {
  std::cout << std::flush;
  pid_t child = ::fork();
  if (child == 0) {
    if (harness::enter_private_network() == harness::Network::own)
      good("network", "every test gets a private network of its own");
    else
      note("network", "no private network here (" + harness::why_shared() + "):\n" + std::string(27, ' ') +
                          "tests use the machine's loopback, on ports that the system chooses");
    if (harness::have_ipv6())
      good("IPv6", "::1 is there");
    else
      note("IPv6", "loopback has no ::1: tests of IPv6 are skipped, and no points are lost");
    std::cout << std::flush;
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
}

void check_hold() {
  classroom::Hold hold = classroom::probe_hold();
  if (hold.enough())
    good("a class", "strangers' programs are held by:\n" + std::string(27, ' ') + hold.in_words());
  else
    note("a class", "strangers' programs cannot be held here. " + hold.lacking());
  if (hold.enough() && !hold.apart)
    note("a class", "one submission at a time: no namespaces (" + hold.why_not_apart + ")");
}

void check_traps() {
  utsname system{};
  ::uname(&system);
  good("system", std::string(system.sysname) + " " + system.release + ", " +
                     std::to_string(std::thread::hardware_concurrency()) + " cores");
  std::string release = system.release;
  if (release.find("icrosoft") != std::string::npos)
    note("WSL", release.find("WSL2") != std::string::npos
                    ? "WSL2 with mirrored networking may lose resets (RST) on loopback; the default mode is fine"
                    : "WSL1 has no namespaces and no pidfd: use WSL2");
  if (source_folder().starts_with("/mnt/"))
    note("folder", "this folder is on a Windows disk: building is many times faster below your home folder");
}

void check_tests() {
  for (Lab& lab : all_labs()) {
    try {
      load_tests(lab);
      good(lab.id(), std::to_string(lab.tests.size()) + " tests");
    } catch (const std::exception& error) {
      note(lab.id(), "its tests are not built yet: cmake --workflow --preset progress");
    }
  }
}

}  // namespace

int doctor() {
  std::cout << "\n " << in(Colour::bold, "What this machine offers the grader") << "\n\n";
  check_traps();
  good("compiler", std::string(SOCKET_LABS_COMPILER) + (SOCKET_LABS_SANITIZERS ? ", with sanitizers" : ""));
  if (!SOCKET_LABS_SANITIZERS)
    note("sanitizers", "this compiler has none: memory errors show as crashes, or not at all");
  std::string catch2 = SOCKET_LABS_CATCH2;
  good("Catch2", catch2.empty() ? "built from its release" : catch2);
  if (::access(build_folder().c_str(), W_OK) == 0)
    good("build folder", build_folder());
  else
    bad("build folder", build_folder() + " cannot be written");
  check_network();
  check_hold();
  char factor[32];
  std::snprintf(factor, sizeof factor, "%.1f", measure_speed_factor());
  if (std::string(factor) == "1.0")
    good("speed", "as usual: limits are used as they are");
  else
    note("speed", "limits are stretched " + std::string(factor) + " times, because the machine is slow or busy now");
  check_tests();
  std::cout << "\n " << (all_well ? "Grading works here." : "Mend what is marked BAD, then run this again.")
            << std::endl;
  return all_well ? 0 : 1;
}

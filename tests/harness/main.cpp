// The main function of every test program. It takes the folder of the programs to judge as an argument, so that the
// same tests, compiled once, run against skeletons, solutions, recorded mistakes and submissions.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <catch2/catch_session.hpp>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "apart.hpp"
#include "clock.hpp"
#include "network.hpp"
#include "program.hpp"
#include "reporter.hpp"
#include "wire.hpp"

int main(int argc, char* argv[]) {
  harness::register_reporter();
  Catch::Session session;
  std::string programs = ".", captures, contained, fault;
  std::vector<std::string> hidden;
  unsigned user = 0;
  double factor = 1.0;
  bool shared_network = false, no_record = false;
  using namespace Catch::Clara;
  session.cli(
      session.cli() | Opt(programs, "folder")["--programs"]("folder with the programs to judge") |
      Opt(factor, "factor")["--speed-factor"]("how many times slower than usual this machine is") |
      Opt(captures, "folder")["--captures"]("where failed tests leave their packets (.pcap)") |
      Opt(no_record)["--no-record"]("without the flight recorder and its faults") |
      Opt(fault, "name")["--fault"]("what happens to the calls of every program to which its test does nothing") |
      Opt(shared_network)["--shared-network"]("stay on the machine's own loopback") |
      Opt(contained, "folder")["--contained"]("keep the programs inside this folder, which holds bin, tmp and own") |
      Opt(user, "uid")["--user"]("whom contained programs run as") |
      Opt(hidden, "folder")["--hidden"]("a folder that contained programs see empty"));
  if (int status = session.applyCommandLine(argc, argv); status != 0) return status;

  harness::set_programs_folder(programs);
  harness::set_speed_factor(factor);
  if (!contained.empty()) {
    harness::set_containment({contained, user, hidden});
    ::umask(022);
    if (!shared_network)
      if (int status = harness::go_apart(); status >= 0) return status;
    ::setenv("TMPDIR", (contained + "/own").c_str(), 1);
  }
  if (!shared_network && harness::network() == harness::Network::shared) harness::enter_private_network();
  harness::set_recording(!no_record);
  if (!fault.empty() && !harness::set_fault_everywhere(fault)) {
    std::cerr << "there is no fault called " << fault << '\n';
    return 2;
  }
  harness::set_captures_folder(captures);
  if (!no_record) harness::start_capture();

  // What the programs leave behind becomes our child, so that it can be found and ended.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::signal(SIGPIPE, SIG_IGN);
  return session.run();
}

#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "course.hpp"

/// What became of one test.
struct Result {
  std::string state = "blocked";  ///< the words of harness::State
  std::string failure;            ///< the assertion, in the test's own words
  std::vector<std::pair<std::string, std::string>> details;
  double seconds = 0;
  bool late = false;        ///< what was wrong is that something came too late
  double kept_waiting = 0;  ///< seconds for which the test and its programs waited for a processor, if it failed;
                            ///< if it was late, and somebody waited all the time, that time
  double waited = 0;        ///< the longest of its waits, as a share of that wait's limit

  bool passed() const { return state == "passed"; }
};

/// One test to run against the programs in one folder.
struct Job {
  const Lab* lab = nullptr;
  const Test* test = nullptr;
  std::string programs;  ///< the folder
  Result result;
  bool done = false;
  double stretch = 1;  ///< of the limits, beyond the speed factor: more than 1 when it is tried again
};

struct RunOptions {
  std::size_t workers = 0;  ///< tests that run at the same time; 0: what suits tests that mostly wait
  double speed_factor = 1;
  bool shared_network = false;
  bool record = true;     ///< with the flight recorder and its faults
  std::string fault;      ///< of harness::bearable_faults(); empty: none but those of the tests
  std::string contained;  ///< folder in which the programs are kept (harness::Containment); empty: they are not
  unsigned user = 0;      ///< whom contained programs run as
  std::vector<std::string> hidden;  ///< folders that contained programs see empty
  unsigned long long seed = 0;      ///< of the messages; 0: the tests choose
  std::string captures;             ///< folder for the packets of failed tests; empty: they are not kept
};

/// Runs every job in a process of its own, many at a time, those that others need first. A job whose needs did not
/// pass is `blocked`. Jobs that are `done` beforehand keep their result. Where a failed
/// test was kept waiting for a processor the machine may be to blame: one by which a program came too late is tried
/// again with limits twice as long, and then with four times; one in which time has to pass, once. \param finished is
/// called for each job when it is done, in the order in which that happens
void run(std::vector<Job>& jobs, const RunOptions& options, const std::function<void(const Job&)>& finished);

/// How many tests run at the same time unless somebody says it: tests wait more than they work.
std::size_t usual_workers();

/// How many times slower than usual this machine is now, at least 1: a short calculation, timed.
double measure_speed_factor();

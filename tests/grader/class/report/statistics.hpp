#pragma once
#include <map>
#include <string>
#include <vector>

#include "class/report/formats.hpp"

/// What a class has in common.
namespace classroom {

/// How the class fared with one test.
struct TestStatistics {
  std::string id, title;
  bool hidden = false;
  int judged = 0;                       ///< submissions that have a verdict on it
  int failed = 0;                       ///< of these: wrong, crashed, timed out, does not build, not started
  int blocked = 0;                      ///< of these: not run, because a more basic test failed
  int first = 0;                        ///< submissions whose first failure this is: it stops them
  std::map<std::string, int> mistakes;  ///< the recorded mistakes that those who failed seem to have made
};

struct Statistics {
  std::vector<int> bins = std::vector<int>(11);  ///< final grades by tens of percent; the last: 100 and more
  int final_grades = 0;
  double mean = 0, median = 0;        ///< points after the penalty
  std::vector<TestStatistics> tests;  ///< those that anybody failed, most first stops first
};

/// The id of the first test that the submission failed; empty when there is none.
std::string stopped_at(const Grade& grade);

Statistics statistics(const std::vector<const Grade*>& grades);

}  // namespace classroom

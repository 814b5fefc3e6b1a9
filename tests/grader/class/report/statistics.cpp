#include "class/report/statistics.hpp"

#include <algorithm>
#include <tuple>

#include "class/report/text.hpp"

namespace classroom {
namespace {

bool failed_test(const TestGrade& test) {
  const std::string& state = test.state;
  return state != "passed" && state != "blocked" && state != "skipped" && state != "waiting";
}

void count_tests(Statistics& all, const Grade& grade) {
  std::string stop = stopped_at(grade);
  for (const TestGrade& test : grade.tests) {
    auto& list = all.tests;
    auto own = std::find_if(list.begin(), list.end(), [&test](const TestStatistics& s) { return s.id == test.id; });
    if (own == list.end()) own = list.insert(list.end(), {test.id, test.title, test.hidden, 0, 0, 0, 0, {}});
    if (test.state == "skipped" || test.state == "waiting") continue;
    ++own->judged;
    own->blocked += test.state == "blocked";
    if (!failed_test(test)) continue;
    ++own->failed;
    own->first += test.id == stop;
    if (!grade.looks_like.empty())
      ++own->mistakes[grade.looks_like_text.empty() ? grade.looks_like : grade.looks_like_text];
  }
}

}  // namespace

std::string stopped_at(const Grade& grade) {
  auto found = std::find_if(grade.tests.begin(), grade.tests.end(), failed_test);
  return found == grade.tests.end() ? "" : found->id;
}

Statistics statistics(const std::vector<const Grade*>& grades) {
  Statistics all;
  std::vector<int> totals;
  for (const Grade* grade : grades) {
    if (!is_final(*grade)) continue;
    int total = grade->after_penalty();
    totals.push_back(total);
    int percent = grade->possible() > 0 ? 100 * total / grade->possible() : 0;
    ++all.bins[static_cast<std::size_t>(std::min(percent / 10, 10))];
    all.mean += total;
    count_tests(all, *grade);
  }
  all.final_grades = static_cast<int>(totals.size());
  std::erase_if(all.tests, [](const TestStatistics& test) { return test.failed == 0; });
  std::stable_sort(all.tests.begin(), all.tests.end(), [](const TestStatistics& a, const TestStatistics& b) {
    return std::tie(a.first, a.failed) > std::tie(b.first, b.failed);
  });
  if (totals.empty()) return all;
  all.mean /= all.final_grades;
  std::sort(totals.begin(), totals.end());
  all.median = (totals[(totals.size() - 1) / 2] + totals[totals.size() / 2]) / 2.0;
  return all;
}

}  // namespace classroom

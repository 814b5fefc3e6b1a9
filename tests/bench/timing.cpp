#include "timing.hpp"

#include <sys/resource.h>

#include <chrono>
#include <stdexcept>

#include "subprocess.hpp"

namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::vector<double> each(const std::vector<Taken>& runs, double Taken::* which) {
  std::vector<double> all;
  for (const Taken& run : runs) all.push_back(run.*which);
  return all;
}

}  // namespace

double processor_seconds() {
  double sum = 0;
  for (int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    ::getrusage(who, &usage);
    sum += seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  }
  return sum;
}

std::vector<std::vector<Taken>> take_turns(int rounds, const std::vector<Contender>& contenders) {
  std::vector<std::vector<Taken>> all(contenders.size());
  for (int round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      contenders[i].before();
      double used = processor_seconds();
      auto start = std::chrono::steady_clock::now();
      contenders[i].work();
      double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      all[i].push_back({seconds, processor_seconds() - used});
    }
  return all;
}

std::vector<double> passed(const std::vector<Taken>& runs) { return each(runs, &Taken::passed); }
std::vector<double> processor(const std::vector<Taken>& runs) { return each(runs, &Taken::processor); }

void must_run(const std::vector<std::string>& command) {
  Captured run = capture(command);
  if (run.status != 0) throw std::runtime_error(command.front() + " failed:\n" + run.output);
}

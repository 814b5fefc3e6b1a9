#include "timing.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "subprocess.hpp"

double median_seconds(int rounds, const std::function<void()>& before, const std::function<void()>& work) {
  std::vector<double> seconds;
  for (int round = 0; round < rounds; ++round) {
    before();
    auto start = std::chrono::steady_clock::now();
    work();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

void must_run(const std::vector<std::string>& command) {
  Captured run = capture(command);
  if (run.status != 0) throw std::runtime_error(command.front() + " failed:\n" + run.output);
}

void print_figure(const std::string& what, double value, const std::string& unit, const std::string& aim) {
  std::printf("   %-66s %8.2f %-5s  %s\n", what.c_str(), value, unit.c_str(), aim.c_str());
  std::fflush(stdout);
}

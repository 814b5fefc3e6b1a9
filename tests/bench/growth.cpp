#include "growth.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "course.hpp"
#include "findings.hpp"
#include "load.hpp"
#include "runner.hpp"
#include "server_under_load.hpp"
#include "subprocess.hpp"
#include "timing.hpp"

namespace {

constexpr int rounds = 3;

// So many jobs: the lab's tests over and over, without those that wait, since these would be the time of a short board,
// and without those that need others, so that every job is one test run.
std::vector<Job> jobs_of(const Lab& lab, std::size_t count) {
  std::vector<const Test*> tests;
  for (const Test& test : lab.tests)
    if (!test.waits && test.needs.empty()) tests.push_back(&test);
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < count && !tests.empty(); ++i)
    jobs.push_back({&lab, tests[i % tests.size()], lab.build_folder("solutions"), {}, false});
  return jobs;
}

void judge(const Lab& lab, std::size_t count) {
  std::vector<Job> jobs = jobs_of(lab, count);
  RunOptions options;
  options.speed_factor = 10;  // limits are not what is measured
  run(jobs, options, [](const Job& job) {
    if (!job.result.passed()) print_note(job.test->id + " of the reference did not pass: " + job.result.failure);
  });
}

// A series of each measurement that `measure` gives for a number of items, the rounds in turns.
using Measured = std::map<std::string, double>;

std::vector<Growth::Series> grow(const std::vector<int>& sizes, const std::function<Measured(int)>& measure) {
  std::map<std::string, std::map<int, std::vector<double>>> found;
  for (int round = 0; round < rounds; ++round)
    for (int size : sizes)
      for (const auto& [name, value] : measure(size)) found[name][size].push_back(value);
  std::vector<Growth::Series> all;
  for (const auto& [name, by_size] : found) {
    Growth::Series series{name, {}};
    for (const auto& [size, values] : by_size) series.points.emplace_back(size, spread_of(values));
    all.push_back(std::move(series));
  }
  return all;
}

}  // namespace

void time_more_tests() {
  Lab lab = find_lab("lab02");
  load_tests(lab);
  must_run({CMAKE, "--build", BUILD, "--target", "solutions-02"});
  judge(lab, 10);
  print_growth({"Judging more tests", "tests judged", "s", false, grow({10, 20, 40, 80, 160}, [&](int count) -> Measured {
                  Taken taken = take_turns(1, {{[&] { judge(lab, static_cast<std::size_t>(count)); }}})[0][0];
                  return {{"time that passes", taken.passed}, {"processor time", taken.processor}};
                })});
}

void time_more_connections() {
  print_growth({"Serving more busy connections: a message of each", "connections", "ms", true,
                grow({1, 10, 100, 1000}, [](int connections) {
                  Measured all;
                  for (const auto& [name, command] : {std::pair{"the reference", REFERENCE}, {"epoll by hand", EPOLL_SERVER}}) {
                    ServerUnderLoad server({command});
                    Crowd crowd(server.port(), connections);
                    Load load{connections, 64, 1};
                    crowd.measure(load, 0.05);
                    double used = server.processor_seconds();
                    Figures figures = crowd.measure(load, 0.3);
                    all[std::string(name) + ", time that passes"] = 1000 * connections / figures.messages_a_second;
                    all[std::string(name) + ", its processor time"] =
                        1000 * connections * (server.processor_seconds() - used) / static_cast<double>(figures.messages);
                  }
                  return all;
                })});
}

void time_more_idle_connections() {
  allow_descriptors(10'100);
  print_growth({"The answer to one connection among many idle ones", "connections", "us", true,
                grow({1, 10, 100, 1000, 10'000}, [](int connections) {
                  Measured all;
                  for (const auto& [name, command] : {std::pair{"the reference", REFERENCE},
                                                      {"epoll by hand", EPOLL_SERVER},
                                                      {"poll by hand", POLL_SERVER}}) {
                    ServerUnderLoad server({command});
                    Crowd crowd(server.port(), connections);
                    crowd.measure({1, 64, 1}, 0.05);
                    all[name] = crowd.measure({1, 64, 1}, 0.2).p50_us;
                  }
                  return all;
                })});
}

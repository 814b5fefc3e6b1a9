#include "judge.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace fs = std::filesystem;

namespace mutants {
namespace {

using Kind = Verdict::Kind;

// A test that only starts programs which are the reference's says nothing new.
bool concerns(const Test& test, const std::string& folder) {
  return std::any_of(test.programs.begin(), test.programs.end(),
                     [&folder](const std::string& program) { return !fs::is_symlink(folder + "/" + program); });
}

// True for the first who asks with this number.
bool is_new(const std::string& seen, std::uint64_t fingerprint) {
  int file = ::open((seen + "/" + std::to_string(fingerprint)).c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (file >= 0) ::close(file);
  return file >= 0;
}

}  // namespace

std::string first_failure(const Lab& lab, const std::vector<const Test*>& tests, std::size_t from, std::size_t to,
                          const std::string& folder, const RunOptions& options) {
  std::vector<Job> jobs;
  for (std::size_t i = from; i < std::min(to, tests.size()); ++i) jobs.push_back({&lab, tests[i], folder, {}, false});
  std::string failed;
  run(jobs, options, [&failed](const Job& job) {
    const std::string& state = job.result.state;
    if (failed.empty() && !job.result.passed() && state != "skipped" && state != "blocked")
      failed = job.test->id + " (" + state + ")";
  });
  return failed;
}

Verdict judge(const Workshop& workshop, const Lab& lab, const std::vector<const Test*>& tests, const std::string& file,
              const std::string& text, const std::string& folder, const std::string& seen, const RunOptions& options) {
  // More at each step: most mutants die at the first.
  constexpr std::size_t first_step = 4, second_step = 12;

  Workshop::Made made = workshop.make(file, text, Workshop::Way::plain, folder + "/plain");
  if (!made.compiled) return {Kind::not_compiled, ""};
  if (made.fingerprint == 0) return {Kind::equal, ""};
  if (!is_new(seen, made.fingerprint)) return {Kind::same, ""};
  std::vector<const Test*> concerned;
  std::copy_if(tests.begin(), tests.end(), std::back_inserter(concerned),
               [&](const Test* test) { return concerns(*test, folder + "/plain"); });
  std::string failed = first_failure(lab, concerned, 0, first_step, folder + "/plain", options);
  if (failed.empty()) failed = first_failure(lab, concerned, first_step, second_step, folder + "/plain", options);
  if (!failed.empty()) return {Kind::killed, failed};

  if (!workshop.make(file, text, Workshop::Way::sanitized, folder + "/sanitized").compiled) return {};
  failed = first_failure(lab, concerned, 0, concerned.size(), folder + "/sanitized", options);
  return failed.empty() ? Verdict{Kind::survived, ""} : Verdict{Kind::killed, failed};
}

}  // namespace mutants

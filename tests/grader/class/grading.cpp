#include "grading.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "compile.hpp"
#include "nearest.hpp"
#include "terminal.hpp"

namespace fs = std::filesystem;

namespace classroom {
namespace {

// As the board shows it, without colours and line breaks of ours.
std::string as_text(const Result& result) {
  std::string text;
  for (const auto& [label, detail] : result.details) {
    std::string lead = padded(label, 15) + " ";
    std::istringstream lines(detail);
    for (std::string line; std::getline(lines, line);) {
      text += lead + line + "\n";
      lead = std::string(16, ' ');
    }
  }
  return text.empty() && !result.passed() ? result.failure + "\n" : text;
}

void fill(Grade& grade, const std::vector<Job>& jobs) {
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const Job& job = jobs[i];
    TestGrade& test = grade.tests[i];
    test.state = job.result.state;
    test.points = job.result.passed() ? job.test->points : 0;
    // What this machine cannot run is not the learner's loss.
    test.possible = test.state == "skipped" ? 0 : job.test->points;
    test.seconds = job.result.seconds;
    test.failure = job.result.failure;
    test.message = job.result.passed() ? "" : as_text(job.result);
  }
  for (PartGrade& part : grade.parts) {
    part.points = part.possible = 0;
    for (const TestGrade& test : grade.tests)
      if (test.part == part.id) {
        part.points += test.points;
        part.possible += test.possible;
      }
  }
}

// Networks are not always quiet. What crashed has crashed, though.
bool worth_another_try(const Result& result) { return result.state == "wrong" || result.state == "timed out"; }

void judge(Grade& grade, std::vector<Job>& jobs, const RunOptions& options) {
  auto nothing = [](const Job&) {};
  run(jobs, options, nothing);
  std::vector<std::string> first(jobs.size());
  bool again = false;
  for (std::size_t i = 0; i < jobs.size(); ++i)
    if (worth_another_try(jobs[i].result)) {
      first[i] = jobs[i].result.state;
      again = true;
    }
  if (again) {
    for (Job& job : jobs)
      if (worth_another_try(job.result) || job.result.state == "blocked") job.done = false;
    run(jobs, options, nothing);
  }
  fill(grade, jobs);
  for (std::size_t i = 0; i < jobs.size(); ++i) grade.tests[i].first_verdict = first[i];
}

std::vector<Job> jobs_for(const Setting& setting, const std::string& bin, const Compiled& compiled) {
  std::vector<Job> jobs;
  for (const Test& test : setting.lab.tests) {
    Job job{&setting.lab, &test, bin, {}, false};
    for (const std::string& program : test.programs)
      if (compiled.errors.contains(program)) {
        job.result.state = "does not build";
        job.result.failure = program + " does not build";
        job.done = true;
      }
    jobs.push_back(job);
  }
  return jobs;
}

}  // namespace

Grade blank_grade(const Taken& taken, const Setting& setting) {
  Grade grade;
  grade.submission = taken.submission.name;
  grade.learner = taken.submission.learner;
  grade.lab = setting.lab.id();
  grade.lab_title = setting.lab.title;
  grade.submitted = taken.submitted;
  grade.submitted_from = taken.submitted_from;
  grade.notes = taken.notes;
  grade.key = taken.key;
  grade.containment = setting.contained ? setting.hold.in_words() : "none: --without-containment";
  grade.seed = setting.run.seed;
  grade.programs = taken.programs;
  if (taken.key.empty()) grade.state = "unusable";
  for (const Part& part : setting.lab.parts) grade.parts.push_back({part.id, part.title, 0, 0});
  for (const Test& test : setting.lab.tests) {
    TestGrade one;
    one.id = test.id;
    one.title = test.title;
    one.part = test.part;
    one.state = "waiting";
    one.possible = test.points;
    one.extra = test.extra;
    one.bonus = test.bonus;
    one.file = test.file;
    one.line = test.line;
    grade.tests.push_back(one);
    for (PartGrade& part : grade.parts)
      if (part.id == test.part) part.possible += test.points;
  }
  return grade;
}

void grade_submission(const Taken& taken, const Setting& setting, const Store& store, uid_t user) {
  Grade grade = blank_grade(taken, setting);
  grade.state = "under way";
  store.put(grade);

  std::string bin = taken.folder + "/bin", objects = taken.folder + "/objects";
  if (user != 0)
    for (const std::string& folder : {bin, objects, taken.folder + "/tmp"}) (void)!::chown(folder.c_str(), user, user);
  Compiled compiled = compile(setting.recipe, setting.work + "/kit", taken.folder + "/source", taken.extra, bin,
                              objects, setting.work + "/built", user, 2);
  for (ProgramGrade& program : grade.programs) {
    auto error = compiled.errors.find(program.name);
    bool built = error == compiled.errors.end();
    if (!built) program.errors = error->second;
    if (program.state == "waiting") program.state = built ? "built" : "does not build";
  }
  // From here on the programs are ours, and are as they were built.
  if (user != 0)
    for (const auto& entry : fs::directory_iterator(bin)) (void)!::lchown(entry.path().c_str(), 0, 0);
  if (user != 0) (void)!::chown(bin.c_str(), 0, 0);
  fs::copy_file(setting.work + "/kit/recorder.so", bin + "/recorder.so", fs::copy_options::overwrite_existing);

  std::vector<Job> jobs = jobs_for(setting, bin, compiled);
  RunOptions options = setting.run;
  options.user = user;
  options.hidden = setting.hidden;
  if (setting.contained) options.contained = taken.folder;
  judge(grade, jobs, options);

  std::vector<const Job*> pointers;
  for (const Job& job : jobs) pointers.push_back(&job);
  const std::vector<Mistake> mistakes = recorded_mistakes(setting.lab);
  if (const Mistake* mistake = nearest(mistakes, pointers)) {
    grade.looks_like = mistake->name;
    grade.looks_like_text = mistake->what;
  }
  grade.state = "graded";
  store.put(grade);
}

Grade copied_grade(const Grade& grade, const Taken& taken, const Setting& setting) {
  Grade copy = grade;
  Grade own = blank_grade(taken, setting);
  copy.submission = own.submission;
  copy.learner = own.learner;
  copy.submitted = own.submitted;
  copy.submitted_from = own.submitted_from;
  copy.notes = own.notes;
  copy.notes.push_back("Its files are the same, byte for byte, as those of " + grade.submission +
                       ", and so is its grade.");
  for (std::size_t i = 0; i < copy.programs.size() && i < own.programs.size(); ++i)
    if (own.programs[i].state != "waiting")
      copy.programs[i].state = own.programs[i].state;
    else if (copy.programs[i].state == "missing")
      copy.programs[i].state = copy.programs[i].errors.empty() ? "built" : "does not build";
  return copy;
}

}  // namespace classroom

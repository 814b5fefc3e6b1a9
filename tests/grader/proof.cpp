#include "proof.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include "nearest.hpp"
#include "terminal.hpp"

namespace fs = std::filesystem;

namespace {

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  if (fs::is_directory(folder))
    for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

class Proof {
 public:
  Proof(Lab lab, const RunOptions& options, const ProofOptions& what, ProofRecord& record)
      : lab_(std::move(lab)), options_(options), what_(what), record_(record) {}

  int run_all() {
    // The reference as learners build it, and as others do if these were built: plain, and with the thread sanitizer.
    add(lab_.build_folder("solutions"));
    std::vector<std::string> builds = names_in(variant("references", ""));
    std::erase_if(builds, [this](const std::string& build) { return fs::is_empty(variant("references", build)); });
    for (const std::string& build : builds) add(variant("references", build));
    std::vector<std::string> alternatives, left_out;
    std::vector<Mistake> mistakes;
    add(lab_.build_folder("labs"));
    for (const std::string& name : names_in(sources("alternatives")))
      (fs::exists(variant("alternatives", name) + "/left-out") ? left_out : alternatives).push_back(name);
    if (what_.with_mistakes) mistakes = recorded_mistakes(lab_);
    for (const std::string& name : alternatives) add(variant("alternatives", name));
    for (const Mistake& mistake : mistakes) add(variant("mistakes", mistake.name));
    check_built();

    std::size_t done = 0;
    run(jobs_, options_,
        [&](const Job&) { show_status(" " + std::to_string(++done) + " of " + std::to_string(jobs_.size())); });
    clear_status();
    for (const Job& job : jobs_) by_folder_[job.programs].push_back(&job);

    std::cout << "\n Lab " << lab_.number << " " << lab_.title << ": the proof of its tests\n\n";
    check_points();
    check_reference("reference", lab_.build_folder("solutions"));
    for (const std::string& build : builds) check_reference("reference, " + build, variant("references", build));
    check_skeleton();
    for (const std::string& name : alternatives) check_reference("alternative " + name, variant("alternatives", name));
    for (const std::string& name : left_out)
      std::cout << "   left out       alternative " << name << ", whose language this machine has not\n";
    note_verdicts(mistakes);
    if (!mistakes.empty()) {
      std::cout << "\n Recorded mistakes, and the tests that catch them\n\n";
      for (const Mistake& mistake : mistakes) check_mistake(mistake);
      check_every_test_kills(mistakes);
      if (what_.remember) remember_traces(mistakes);
      measure_guesses(mistakes);
    }
    std::cout << "\n " << mistakes.size() << " mistakes, " << lab_.tests.size() << " tests, " << jobs_.size()
              << " runs: " << (failures_ == 0 ? "the proof holds" : std::to_string(failures_) + " claims do not hold")
              << std::endl;
    return failures_ == 0 ? 0 : 1;
  }

 private:
  std::string sources(const std::string& kind) const { return source_folder() + "/tests/" + lab_.stem + "/" + kind; }
  std::string variant(const std::string& kind, const std::string& name) const {
    return build_folder() + "/tests/" + lab_.stem + "/" + kind + "/" + name;
  }

  void add(const std::string& folder) {
    for (const Test& test : lab_.tests)
      if (concerns(test, folder)) jobs_.push_back({&lab_, &test, folder, {}, false});
  }

  // A program that is not there fails every test, which would look like hundreds of claims that do not hold.
  void check_built() const {
    std::set<std::string> lacking;
    for (const Job& job : jobs_)
      for (const std::string& program : job.test->programs)
        if (!fs::exists(job.programs + "/" + program)) lacking.insert(job.programs);
    if (lacking.empty()) return;
    std::string first = fs::relative(*lacking.begin(), build_folder()).string();
    throw std::runtime_error("the proof of lab " + lab_.number +
                             " needs programs that are not built, such as those of " + first + " (" +
                             std::to_string(lacking.size()) + " in all). Build them:\n\n    cmake --build " +
                             fs::relative(build_folder()).string() + " --target solutions-" + lab_.number + " labs-" +
                             lab_.number + " variants-" + lab_.number + " references-" + lab_.number + "\n");
  }

  // A variant's programs that are not its own are links to the reference's. A test of such programs alone would only
  // say again what it says of the reference.
  static bool concerns(const Test& test, const std::string& folder) {
    return test.programs.empty() ||
           std::any_of(test.programs.begin(), test.programs.end(),
                       [&folder](const std::string& program) { return !fs::is_symlink(folder + "/" + program); });
  }

  void complain(const std::string& text, const Job* job = nullptr) { complain(text, job, record_.others); }

  void complain(const std::string& text, const Job* job, std::vector<std::string>& kind) {
    ++failures_;
    kind.push_back(text);
    std::cout << "   " << in(Colour::red, "DOES NOT HOLD  ") << text << '\n';
    if (job == nullptr) return;
    for (const auto& [label, detail] : job->result.details) {
      std::istringstream lines(detail);
      for (std::string line; std::getline(lines, line);) std::cout << "          " << padded(label, 16) << line << '\n';
    }
  }

  void check_points() {
    int sum = 0, extra = 0, bonus = 0;
    std::set<std::string> ids;
    for (const Test& test : lab_.tests) {
      (test.bonus ? bonus : sum) += test.points;
      if (test.extra) extra += test.points;
      if (!ids.insert(test.id).second) complain("two tests are called " + test.id);
      if (lab_.part_title(test.part).empty()) complain(test.id + " belongs to no part of parts.txt");
      if (test.programs.empty()) complain(test.id + " names no program");
    }
    for (const Test& test : lab_.tests)
      for (const std::string& need : test.needs)
        if (!ids.contains(need)) complain(test.id + " needs " + need + ", which there is not");
    if (sum != 100) complain("the points add up to " + std::to_string(sum) + ", not to 100");
    std::cout << "   points         " << sum << ", of which extra " << extra
              << (bonus > 0 ? ", bonus beyond them " + std::to_string(bonus) : "") << '\n';
  }

  void check_reference(const std::string& called, const std::string& folder) {
    int failed = 0;
    ++record_.right;
    for (const Job* job : by_folder_[folder])
      if (!job->result.passed() && job->result.state != "skipped") {
        complain(called + ": " + job->test->name + " is " + job->result.state + ": " + job->result.failure, job,
                 record_.false_alarms);
        ++failed;
      }
    if (failed == 0) std::cout << "   every point    " << called << '\n';
  }

  void check_skeleton() {
    int wrong = 0;
    for (const Job* job : by_folder_[lab_.build_folder("labs")])
      if (job->result.state != "not started" && job->result.state != "skipped") {
        complain("the skeleton is shown as " + job->result.state + " in " + job->test->name + ", not as not started",
                 job);
        ++wrong;
      }
    if (wrong == 0) std::cout << "   not started    the skeleton, in every test\n";
  }

  // What may happen one way or the other, as the headers of the mistakes say.
  std::set<std::pair<std::string, std::string>> left_open_by(const std::vector<Mistake>& mistakes) const {
    std::set<std::pair<std::string, std::string>> open;
    for (const Mistake& mistake : mistakes)
      for (const std::string& id : mistake.may_fail)
        if (std::find(mistake.caught_by.begin(), mistake.caught_by.end(), id) == mistake.caught_by.end())
          open.insert({variant("mistakes", mistake.name), id});
    return open;
  }

  // A blocked test has no verdict of its own.
  void note_verdicts(const std::vector<Mistake>& mistakes) {
    constexpr double near = 0.5;
    std::set<std::pair<std::string, std::string>> open = left_open_by(mistakes);
    for (const Job& job : jobs_) {
      if (job.result.state == "skipped" || job.result.state == "blocked") continue;
      if (open.contains({job.programs, job.test->id})) continue;
      std::string folder = fs::relative(job.programs, build_folder()).string();
      record_.verdicts[{folder, job.test->id}] = job.result.passed();
      if (job.result.passed() && job.result.waited > near)
        record_.near_misses.push_back(folder + ": " + job.test->name + ", " +
                                      std::to_string(static_cast<int>(100 * job.result.waited)) + " % of a limit");
    }
  }

  void check_mistake(const Mistake& mistake) {
    ++record_.mistakes;
    std::string failed;
    int blocked = 0;
    const auto& jobs = by_folder_[variant("mistakes", mistake.name)];
    for (const std::string& id : mistake.caught_by)
      if (std::none_of(jobs.begin(), jobs.end(), [&id](const Job* job) { return job->test->id == id; }))
        complain(mistake.name + " cannot be caught by " + id + ", which has nothing to do with it");
    for (const Job* job : jobs) {
      const std::string& id = job->test->id;
      bool must_fail = std::find(mistake.caught_by.begin(), mistake.caught_by.end(), id) != mistake.caught_by.end();
      bool passed = job->result.passed(), skipped = job->result.state == "skipped";
      if (!passed && !skipped && job->result.state != "blocked") killers_.insert(id);
      if (skipped && must_fail) failed += " " + id + " (skipped on this machine)";
      if (job->result.state == "blocked")
        ++blocked;
      else if (!passed && !skipped)
        failed += " " + id + (job->result.state == "wrong" ? "" : " (" + job->result.state + ")");
      if (passed && must_fail) complain(mistake.name + " is not caught by " + job->test->name, nullptr, record_.missed);
      if (!passed && !skipped && !mistake.may_fail.contains(id) && job->result.state != "blocked")
        complain(mistake.name + " also fails " + job->test->name + " (" + job->result.state + ": " +
                     job->result.failure + ")",
                 job);
      if (!passed && !skipped && id == mistake.caught_by.front() && !message_says(job->result, mistake.says))
        complain(mistake.name + ": the message of " + id + " does not say \"" + mistake.says + "\"", job);
    }
    if (mistake.caught_by.empty() || mistake.what.empty() || mistake.sees.empty() || mistake.says.empty())
      complain(mistake.name + ": its header lacks What, Sees, Says or Caught by");
    std::cout << "   " << padded(mistake.name, 34) << failed
              << (blocked > 0 ? ", which blocks " + std::to_string(blocked) + " others" : "") << '\n';
  }

  // A test that no mistake fails may be one that cannot fail.
  void check_every_test_kills(const std::vector<Mistake>& mistakes) {
    if (mistakes.empty()) return;
    for (const Job* job : by_folder_[lab_.build_folder("solutions")])
      if (!killers_.contains(job->test->id) && job->result.state != "skipped")
        complain("no recorded mistake fails " + job->test->name);
  }

  void remember_traces(const std::vector<Mistake>& mistakes) {
    std::map<std::string, std::map<std::string, std::set<std::string>>> traces;
    for (const Mistake& mistake : mistakes)
      for (const Job* job : by_folder_[variant("mistakes", mistake.name)])
        if (!job->result.passed() && job->result.state != "blocked" && job->result.state != "skipped")
          traces[mistake.name][job->test->id] = words_of(job->result);
    remember(lab_, traces);
  }

  // How often the board's guess is right: for each recorded mistake, as if a learner had made it; and with that mistake
  // left out of the list, so that every guess is a wrong one.
  void measure_guesses(const std::vector<Mistake>& mistakes) {
    int right = 0, wrong = 0, misled = 0;
    std::string confused;
    for (const Mistake& mistake : mistakes) {
      const auto& jobs = by_folder_[variant("mistakes", mistake.name)];
      const Mistake* guess = nearest(mistakes, jobs);
      if (guess != nullptr) ++(guess->name == mistake.name ? right : wrong);
      if (guess != nullptr && guess->name != mistake.name)
        confused += "\n     " + mistake.name + " taken for " + guess->name;
      std::vector<Mistake> others;
      std::copy_if(mistakes.begin(), mistakes.end(), std::back_inserter(others),
                   [&](const Mistake& m) { return m.name != mistake.name; });
      if (nearest(others, jobs) != nullptr) ++misled;
    }
    std::size_t count = mistakes.size();
    std::cout << "\n Nearest mistake: of " << count << " named rightly " << right << ", wrongly " << wrong
              << ", no guess for " << count - static_cast<std::size_t>(right + wrong) << "; left out of the list, "
              << misled << " are taken for another" << confused << '\n';
    if (wrong * 5 > right) complain("the nearest mistake is named wrongly too often");
  }

  Lab lab_;
  const RunOptions& options_;
  const ProofOptions& what_;
  ProofRecord& record_;
  std::vector<Job> jobs_;
  std::map<std::string, std::vector<const Job*>> by_folder_;
  std::set<std::string> killers_;
  int failures_ = 0;
};

}  // namespace

int prove(const std::string& name, const RunOptions& options, const ProofOptions& what, ProofRecord* record) {
  Lab lab = find_lab(name);
  load_tests(lab);
  ProofRecord unwanted;
  return Proof(std::move(lab), options, what, record != nullptr ? *record : unwanted).run_all();
}

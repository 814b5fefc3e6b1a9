#include "hunt.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <tuple>

#include "equivalents.hpp"
#include "files.hpp"
#include "judge.hpp"
#include "terminal.hpp"

namespace fs = std::filesystem;

namespace mutants {
namespace {

using Kind = Verdict::Kind;

struct Hunted {
  std::string file;
  Mutant mutant;
  std::string reason;  ///< when it is in the list
  Verdict verdict = {};

  std::string place() const { return file + ":" + std::to_string(mutant.line); }
};

// As it stands in the list of equivalents, and in the report.
std::string entry(const Hunted& hunted) {
  std::string text = hunted.file + ": " + hunted.mutant.rule;
  text += (hunted.mutant.function.empty() ? "" : " in " + hunted.mutant.function) + "\n";
  for (const auto& [sign, lines] : {std::pair("- ", hunted.mutant.before), std::pair("+ ", hunted.mutant.after)}) {
    std::istringstream stream(lines);
    for (std::string line; std::getline(stream, line);) text += sign + line + "\n";
  }
  return text;
}

const char* word(Kind kind) {
  switch (kind) {
    case Kind::killed: return "killed";
    case Kind::survived: return "survived";
    case Kind::equal: return "equal";
    case Kind::same: return "same";
    case Kind::not_compiled: return "does not compile";
    case Kind::broken: break;
  }
  return "no verdict";
}

class Hunt {
 public:
  Hunt(Lab lab, const HuntOptions& options)
      : lab_(std::move(lab)),
        options_(options),
        folder_(build_folder() + "/tests/mutants/" + lab_.id()),
        list_(harness::text_if_any(source_folder() + "/tests/" + lab_.stem + "/mistakes/equivalent.txt")) {}

  int run_all() {
    std::string last_report = harness::text_if_any(folder_ + "/report.txt");
    if (options_.again && last_report.empty())
      throw std::runtime_error(lab_.id() + ": there is no report of the last time; run it without --again first");
    fs::remove_all(folder_);
    fs::create_directories(folder_ + "/seen");
    Workshop workshop(lab_, folder_ + "/reference");
    std::cout << "\n Lab " << lab_.number << " " << lab_.title << ": mutants of the reference\n" << std::endl;
    collect(workshop, last_report);
    bool judges =
        std::any_of(hunted_.begin(), hunted_.end(), [this](const Hunted& hunted) { return is_judged(hunted); });
    if (!judges && !is_settled()) {
      // Without a report: there is nothing that --again could begin with.
      complain("nothing is judged: the sample takes " + std::to_string(hunted_.size()) + " of " +
               std::to_string(made_) + " mutants, and those in the list are left out");
      return 1;
    }
    if (judges && reference_passes()) judge_all(workshop);
    return report();
  }

 private:
  void complain(const std::string& text) {
    ++complaints_;
    std::cout << "   " << in(Colour::red, text) << std::endl;
  }

  void collect(const Workshop& workshop, const std::string& last_report) {
    std::set<std::string> known;
    for (const std::string& file : workshop.files()) {
      known.insert(file);
      if (!options_.file.empty() && options_.file != file) continue;
      std::vector<Mutant> mutants = mutants_of(workshop.text_of(file));
      for (const std::string& unmatched : list_.matching_none(file, mutants))
        complain("in the list, but there is no such mutant: " + unmatched);
      for (const std::string& unclear : list_.matching_several(file, mutants))
        complain("in the list, but in several functions (end its first line with `in FUNCTION`): " + unclear);
      for (const Mutant& mutant : mutants) {
        if (options_.again && !was_left(entry({file, mutant, ""}), last_report)) continue;
        if ((made_++ + options_.seed) % options_.every != 0) continue;
        hunted_.push_back({file, mutant, list_.reason(file, mutant)});
      }
    }
    for (const std::string& file : list_.files())
      if (!known.contains(file)) complain("in the list, but no file of the learner's: " + file);
    if (!options_.file.empty() && !known.contains(options_.file)) complain("the learner writes no " + options_.file);
  }

  static bool was_left(const std::string& entry, const std::string& last_report) {
    for (Kind kind : {Kind::survived, Kind::broken})
      if (last_report.find(std::string(word(kind)) + "\n" + entry) != std::string::npos) return true;
    return false;
  }

  bool is_judged(const Hunted& hunted) const { return hunted.reason.empty() || options_.with_listed; }

  // Nothing survived the last time, or what did is in the list by now.
  bool is_settled() const { return options_.again && (made_ == 0 || !hunted_.empty()); }

  // A test that fails with the reference, or on this machine with anything, would kill every mutant. The programs of
  // the build are looked at as well, since those that a mutant does not change are links to them.
  bool reference_passes() {
    for (const std::string& programs : {lab_.build_folder("solutions"), folder_ + "/reference/sanitized"}) {
      std::vector<const Test*> tests = in_order("");
      std::string failure = first_failure(lab_, tests, 0, tests.size(), programs, options_.run);
      if (failure.empty()) continue;
      complain("the reference in " + programs + " fails " + failure + ", so nothing is judged. Build `solutions-" +
               lab_.number + "` and look at `.build/grade board " + lab_.id() + " --solutions`");
      return false;
    }
    return true;
  }

  struct Judging {
    pid_t pid;
    int output;
    std::size_t index;
    std::string said;
  };

  void judge_all(const Workshop& workshop) {
    std::size_t next = 0, done = 0;
    while (next < hunted_.size() || !running_.empty()) {
      for (; next < hunted_.size() && running_.size() < options_.at_once; ++next)
        if (is_judged(hunted_[next]))
          start(workshop, next);
        else
          ++done;
      if (!running_.empty()) done += wait_for_some();
      show_status(" " + std::to_string(done) + " of " + std::to_string(hunted_.size()));
    }
    clear_status();
  }

  // In a process of its own, as the runner of tests waits for them.
  void start(const Workshop& workshop, std::size_t index) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::system_category(), "pipe");
    std::vector<const Test*> tests = in_order(hunted_[index].file);
    pid_t parent = ::getpid();
    pid_t pid = ::fork();
    if (pid < 0) throw std::system_error(errno, std::system_category(), "fork");
    if (pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::prctl(PR_SET_CHILD_SUBREAPER, 1);
      if (::getppid() != parent) ::_exit(1);
      try {
        Verdict verdict = judge(workshop, lab_, tests, hunted_[index].file, hunted_[index].mutant.source,
                                folder_of(index), folder_ + "/seen", options_.run);
        std::string said = std::to_string(static_cast<int>(verdict.kind)) + " " + verdict.by;
        if (::write(ends[1], said.data(), said.size()) < 0) ::_exit(1);
      } catch (const std::exception& error) {
        std::cerr << "mutants: " << hunted_[index].place() << ": " << error.what() << std::endl;
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    running_.push_back({pid, ends[0], index, ""});
  }

  std::string folder_of(std::size_t index) const { return folder_ + "/" + std::to_string(index); }

  // First the tests that have killed most of this file's mutants, then of all, then in the lab's own order, with those
  // that wait last.
  std::vector<const Test*> in_order(const std::string& file) {
    std::vector<const Test*> tests;
    for (const Test& test : lab_.tests) tests.push_back(&test);
    auto key = [&](const Test* test) {
      return std::tuple(-kills_[file][test->id], -kills_[""][test->id], test->waits);
    };
    std::stable_sort(tests.begin(), tests.end(), [&](const Test* a, const Test* b) { return key(a) < key(b); });
    return tests;
  }

  std::size_t wait_for_some() {
    std::vector<pollfd> fds;
    for (const Judging& judging : running_) fds.push_back({judging.output, POLLIN, 0});
    ::poll(fds.data(), fds.size(), -1);
    std::size_t ended = 0;
    for (std::size_t i = running_.size(); i-- > 0;) {
      std::array<char, 4096> buffer;
      if (fds[i].revents == 0) continue;
      ssize_t count = ::read(running_[i].output, buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count > 0) {
        running_[i].said.append(buffer.data(), static_cast<std::size_t>(count));
        continue;
      }
      end(running_[i]);
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      ++ended;
    }
    return ended;
  }

  void end(const Judging& judging) {
    ::close(judging.output);
    while (::waitpid(judging.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    Hunted& hunted = hunted_[judging.index];
    if (std::size_t blank = judging.said.find(' '); blank != std::string::npos)
      hunted.verdict = {static_cast<Kind>(std::stoi(judging.said)), judging.said.substr(blank + 1)};
    if (hunted.verdict.kind == Kind::killed) {
      std::string test = hunted.verdict.by.substr(0, hunted.verdict.by.find(' '));
      ++kills_[hunted.file][test];
      ++kills_[""][test];
    }
    clear_status();
    if (hunted.verdict.kind == Kind::broken) complain("no verdict on " + hunted.place() + "\n" + entry(hunted));
    if (hunted.verdict.kind == Kind::survived && hunted.reason.empty())
      complain("survived: line " + std::to_string(hunted.mutant.line) + " of " + entry(hunted));
    if (hunted.verdict.kind == Kind::killed && !hunted.reason.empty())
      complain("in the list, but killed by " + hunted.verdict.by + ": " + entry(hunted));
    if (hunted.verdict.kind != Kind::survived) fs::remove_all(folder_of(judging.index));
  }

  int report() {
    std::map<Kind, std::size_t> count;
    std::size_t listed = 0;
    std::ofstream file(folder_ + "/report.txt");
    for (const Hunted& hunted : hunted_) {
      bool left_out = !is_judged(hunted);
      if (!hunted.reason.empty() && (left_out || hunted.verdict.kind == Kind::survived))
        ++listed;
      else
        ++count[hunted.verdict.kind];
      file << hunted.place() << " " << (left_out ? "in the list" : word(hunted.verdict.kind));
      if (!hunted.verdict.by.empty()) file << " by " << hunted.verdict.by;
      file << "\n" << entry(hunted) << "\n";
    }
    std::ostringstream figures;
    figures << lab_.id() << ": " << hunted_.size() << " of " << made_ << " mutants";
    for (Kind kind : {Kind::killed, Kind::not_compiled, Kind::same, Kind::equal})
      figures << ", " << count[kind] << " " << word(kind);
    figures << ", " << listed << " in the list of equivalents, " << count[Kind::survived] << " survived";
    if (count[Kind::broken] > 0) figures << ", " << count[Kind::broken] << " without a verdict";
    file << figures.str() << "\n";
    std::cout << " " << figures.str() << "\n the whole account: " << folder_ << "/report.txt" << std::endl;
    return complaints_ == 0 ? 0 : 1;
  }

  Lab lab_;
  const HuntOptions& options_;
  std::string folder_;
  Equivalents list_;
  std::size_t made_ = 0;
  std::vector<Hunted> hunted_;
  std::vector<Judging> running_;
  std::map<std::string, std::map<std::string, int>> kills_;  // by file, all of them under "", and test
  int complaints_ = 0;
};

}  // namespace

int hunt(const std::string& name, const HuntOptions& options) {
  Lab lab = find_lab(name);
  load_tests(lab);
  return Hunt(std::move(lab), options).run_all();
}

}  // namespace mutants

#include "class.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "grading.hpp"
#include "names.hpp"
#include "process_tree.hpp"
#include "spare_time.hpp"
#include "subprocess.hpp"
#include "terminal.hpp"

namespace fs = std::filesystem;

namespace classroom {
namespace {

using Clock = std::chrono::steady_clock;

// A folder for what lies between a submission and its grade; gone with this object. That of a grader that was killed is
// found by the note that it left beside the results, and removed by the next.
class WorkFolder {
 public:
  explicit WorkFolder(const Store& store) : note_(store.folder() + "/.work") {
    const char* place = std::getenv("TMPDIR");
    std::string start = (place != nullptr && *place == '/' ? std::string(place) : "/tmp") + "/socket-labs-class-";
    std::string earlier;
    std::getline(std::ifstream(note_), earlier);
    struct stat status {};
    if (earlier.starts_with(start) && earlier.find("/..") == std::string::npos &&
        ::lstat(earlier.c_str(), &status) == 0 && status.st_uid == ::geteuid())
      remove(earlier);
    path_ = start + "XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr)
      throw std::runtime_error("no folder for the work can be made in " + start + "...: " + std::strerror(errno));
    ::chmod(path_.c_str(), 0711);  // other users go through, but do not look
    std::ofstream(note_) << path_ << '\n';
  }
  ~WorkFolder() {
    remove(path_);
    ::unlink(note_.c_str());
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  static void remove(const std::string& folder) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
  std::string path_, note_;
};

// Signals that end the run are kept back while we look at what they would tear apart.
sigset_t ending_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::sigaddset(&set, number);
  return set;
}

class ClassRun {
 public:
  ClassRun(const ClassOptions& options) : options_(options), store_(results_folder(options)), work_(store_) {}

  int run() {
    set_up();
    Class all = submissions_in(options_.folder, store_.folder());
    for (const std::string& name : all.ignored) std::cout << "   passed over: " << as_line(name) << '\n';
    select(all.submissions);
    if (all.submissions.empty())
      throw std::runtime_error("there are no submissions in " + options_.folder +
                               ": it should hold folders, archives (zip, tar.gz) or .cpp files");
    signals_ = ending_signals();
    ::sigprocmask(SIG_BLOCK, &signals_, nullptr);
    if (!take_all(all.submissions)) return interrupted();
    total_ = waiting_.size();
    started_ = Clock::now();
    try {
      while (next_ < waiting_.size() || !running_.empty()) {
        start_what_can_be_started();
        if (!wait()) return interrupted();
      }
    } catch (...) {
      end_what_is_under_way();
      throw;
    }
    clear_status();
    return summary();
  }

 private:
  struct Running {
    pid_t pid;
    std::size_t index;  // in taken_
    std::size_t slot;
  };

  static std::string results_folder(const ClassOptions& options) {
    if (!options.results.empty()) return options.results;
    std::string folder = fs::canonical(options.folder).string();
    return folder + "-results/" + find_lab(options.lab).id();
  }

  static std::string as_line(const std::string& text) {
    std::string line;
    for (char c : text) line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    return line;
  }

  void set_up() {
    setting_.lab = find_lab(options_.lab);
    setting_.recipe = recipe_of(setting_.lab);
    setting_.work = work_.path();
    setting_.hold = probe_hold();
    if (setting_.hold.other_user) setting_.first = claim_users();
    setting_.contained = !options_.without_containment;
    if (setting_.contained && !setting_.hold.enough())
      throw std::runtime_error("this machine cannot hold strangers' programs. " + setting_.hold.lacking() +
                               "If you trust the submissions: --without-containment.");
    fs::create_directories(work_.path() + "/built");
    fs::permissions(work_.path() + "/built", fs::perms(0700));
    stock(setting_.recipe, setting_.lab, work_.path() + "/kit");
    load_tests(setting_.lab);
    setting_.run = options_.run;
    setting_.run.seed = options_.seed != 0 ? options_.seed : std::random_device()() % 4000000000U + 1;
    if (setting_.run.workers == 0) setting_.run.workers = 6;
    for (const std::string& folder :
         {source_folder() + "/solutions", source_folder() + "/tests", source_folder() + "/.git",
          build_folder() + "/solutions", build_folder() + "/tests/" + setting_.lab.stem + "/mistakes",
          build_folder() + "/tests/" + setting_.lab.stem + "/alternatives", store_.folder(),
          fs::canonical(options_.folder).string()})
      if (fs::exists(folder)) setting_.hidden.push_back(folder);
    std::size_t usual = std::max(2U, std::thread::hardware_concurrency()) + 1;
    at_once_ = std::min<std::size_t>(options_.at_once != 0 ? options_.at_once : usual, users_of_a_run);
    most_at_once_ = options_.at_once != 0 ? at_once_ : std::min<std::size_t>(3 * usual, users_of_a_run);
    // On a shared loopback a program can reach those of its neighbours, so it has none.
    if (!setting_.hold.apart || setting_.run.shared_network) at_once_ = most_at_once_ = 1;
    least_at_once_ = at_once_;
    set_version();
    std::cout << "\n " << in(Colour::bold, "Lab " + setting_.lab.number + " " + setting_.lab.title) << ": a class\n\n"
              << "   submissions    " << options_.folder << "\n   results        " << store_.folder()
              << "\n   containment    "
              << (setting_.contained ? setting_.hold.in_words() : "none: --without-containment")
              << "\n   seed           " << setting_.run.seed << limits_in_words() << "\n\n"
              << std::flush;
  }

  std::string limits_in_words() const {
    double factor = setting_.run.speed_factor;
    if (factor < 1.25) return "";
    std::ostringstream words;
    words << std::fixed << std::setprecision(1) << "\n   limits         stretched " << factor
          << " times, because the machine is slow or busy now";
    return words.str();
  }

  void set_version() {
    std::string all = "socket-labs-grade-1\n" + setting_.lab.id() + "\n" +
                      fingerprint_of_file(setting_.lab.test_program()) + "\n" +
                      fingerprint_of_file(work_.path() + "/kit/recorder.so") + "\n" + setting_.recipe.version + "\n";
    for (const std::string& library : setting_.recipe.libraries)
      if (library.starts_with(work_.path())) all += fingerprint_of_file(library) + "\n";
    for (const auto* words :
         {&setting_.recipe.flags, &setting_.recipe.link, &setting_.recipe.programs, &setting_.recipe.sources})
      for (const std::string& word : *words) all += word + "\n";
    setting_.version = all;
  }

  // As its record is called, or its learner, or as it lies in the folder.
  static bool is_called(const Submission& submission, const std::string& name) {
    std::string stem = without_archive_ending(name);
    return submission.name == name || submission.learner == name || submission.name == as_file_name(name) ||
           (!stem.empty() && submission.name == as_file_name(stem));
  }

  void select(std::vector<Submission>& submissions) {
    if (options_.only.empty()) return;
    for (const std::string& name : options_.only)
      if (std::none_of(submissions.begin(), submissions.end(),
                       [&name](const Submission& s) { return is_called(s, name); }))
        throw std::runtime_error("there is no submission called " + name);
    std::erase_if(submissions, [this](const Submission& s) {
      return std::none_of(options_.only.begin(), options_.only.end(),
                          [&s](const std::string& name) { return is_called(s, name); });
    });
  }

  // \returns why its files could not be taken, for a reason that is not the learner's
  std::string take_one(const Submission& submission, const std::string& folder) {
    try {
      taken_.push_back(take(submission, setting_, folder));
      return "";
    } catch (const std::exception& error) {
      Taken nothing;
      nothing.submission = submission;
      nothing.notes = submission.notes;
      taken_.push_back(nothing);
      std::error_code ignored;
      fs::remove_all(folder, ignored);
      return error.what();
    }
  }

  Grade grade_of_trouble(const Taken& taken, const std::string& why) const {
    Grade trouble = blank_grade(taken, setting_);
    trouble.state = "not graded";
    trouble.notes.push_back("The grader had trouble with it: " + why + ". Run it again.");
    return trouble;
  }

  // Every submission has its record when this is done, and nothing of any has run.
  bool take_all(const std::vector<Submission>& submissions) {
    for (std::size_t i = 0; i < submissions.size(); ++i) {
      if (end_is_asked_for()) return false;
      show_status(" taking the files of " + std::to_string(i + 1) + " of " + std::to_string(submissions.size()) +
                  " submissions");
      std::string trouble = take_one(submissions[i], work_.path() + "/" + std::to_string(i));
      const Taken& taken = taken_.back();
      std::optional<Grade> earlier = store_.find(taken.submission.name);
      if (!trouble.empty()) {
        // What it was graded for before stays: we know no better.
        if (!earlier || earlier->state != "graded") store_.put(grade_of_trouble(taken, trouble));
        ++troubles_;
        told("not graded", i, trouble);
        continue;
      }
      if (!taken.key.empty() && earlier && earlier->state == "graded" && earlier->key == taken.key &&
          !options_.regrade) {
        ++kept_;
        if (earlier->submitted != taken.submitted || earlier->submitted_from != taken.submitted_from) {
          earlier->submitted = taken.submitted;
          earlier->submitted_from = taken.submitted_from;
          store_.put(*earlier);
        }
        graded_by_key_.try_emplace(taken.key, taken.submission.name);
        fs::remove_all(taken.folder);
        continue;
      }
      store_.put(blank_grade(taken, setting_));
      if (taken.key.empty()) {
        ++unusable_;
        told("nothing to grade", i, taken.notes.empty() ? "" : taken.notes.back());
      } else if (auto known = leaders_.find(taken.key); known != leaders_.end()) {
        followers_[known->second].push_back(i);
        fs::remove_all(taken.folder);
      } else {
        leaders_[taken.key] = i;
        waiting_.push_back(i);
      }
    }
    clear_status();
    // What another submission has been graded for in an earlier run need not be judged again either.
    if (!options_.regrade)
      std::erase_if(waiting_, [this](std::size_t i) {
        auto known = graded_by_key_.find(taken_[i].key);
        if (known == graded_by_key_.end()) return false;
        hand_on(*store_.find(known->second), i);
        hand_on_to_followers(*store_.find(known->second), i);
        return true;
      });
    return true;
  }

  void start_what_can_be_started() {
    while (next_ < waiting_.size() && running_.size() < at_once_) {
      std::size_t slot = 0;
      while (std::any_of(running_.begin(), running_.end(), [slot](const Running& r) { return r.slot == slot; })) ++slot;
      running_.push_back({start_worker(waiting_[next_], slot), waiting_[next_], slot});
      ++next_;
    }
  }

  // Building wants processors, tests mostly wait. So while processors have nothing to do one submission more is under
  // way, and when they have enough to do, one less from the next that ends.
  void suit_the_machine() {
    if (Clock::now() < suit_again_) return;
    suit_again_ = Clock::now() + std::chrono::seconds(1);
    at_once_ = suited(at_once_, spare_.share(), least_at_once_, most_at_once_);
  }

  uid_t user_of(std::size_t slot) const {
    return setting_.hold.other_user && setting_.contained ? setting_.first + static_cast<uid_t>(slot) : 0;
  }

  // A process for each submission: what goes wrong in it stays there, and so does the memory that it needed.
  pid_t start_worker(std::size_t index, std::size_t slot) {
    std::cout << std::flush;
    pid_t parent = ::getpid(), pid = ::fork();
    if (pid < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
    if (pid > 0) return pid;
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (::getppid() != parent) ::_exit(1);
    ::sigprocmask(SIG_UNBLOCK, &signals_, nullptr);
    try {
      end_everything_of(user_of(slot));
      grade_submission(taken_[index], setting_, store_, user_of(slot));
      end_everything_of(user_of(slot));
    } catch (const std::exception& error) {
      try {
        store_.put(grade_of_trouble(taken_[index], error.what()));
      } catch (const std::exception& also) {
        std::cerr << "grade: " << taken_[index].submission.name << ": " << error.what() << "; " << also.what()
                  << std::endl;
      }
      ::_exit(1);
    }
    ::_exit(0);
  }

  // \returns false when the run shall end
  bool wait() {
    timespec while_nothing_happens{0, 500'000'000};
    siginfo_t info{};
    int number = ::sigtimedwait(&signals_, &info, &while_nothing_happens);
    if (number == SIGINT || number == SIGTERM || number == SIGHUP) {
      signal_ = number;
      return false;
    }
    int status = 0;
    for (std::size_t i = running_.size(); i-- > 0;) {
      Running one = running_[i];
      if (::waitpid(one.pid, &status, WNOHANG) != one.pid) continue;
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      finish(one, status);
    }
    suit_the_machine();
    show_progress();
    return true;
  }

  void finish(const Running& one, int status) {
    end_everything_of(user_of(one.slot));
    const Taken& taken = taken_[one.index];
    std::optional<Grade> grade = store_.find(taken.submission.name);
    if (status != 0 || !grade || grade->state != "graded") {
      std::string why = "it ended with status " + std::to_string(exit_status(status));
      bool told_why = grade && grade->state == "not graded" && !grade->notes.empty();
      for (std::size_t index : with_followers(one.index)) {
        Grade trouble = grade_of_trouble(taken_[index], why);
        if (told_why) trouble.notes.back() = grade->notes.back();
        store_.put(trouble);
        ++troubles_;
        told("not graded", index, trouble.notes.back());
      }
    } else {
      ++graded_;
      told(std::to_string(grade->points()) + " of " + std::to_string(grade->possible()), one.index,
           grade->looks_like_text);
      hand_on_to_followers(*grade, one.index);
    }
    std::error_code ignored;
    fs::remove_all(taken.folder, ignored);
  }

  std::vector<std::size_t> with_followers(std::size_t leader) {
    std::vector<std::size_t> all{leader};
    const auto& followers = followers_[leader];
    all.insert(all.end(), followers.begin(), followers.end());
    return all;
  }

  void hand_on(const Grade& grade, std::size_t index) {
    store_.put(copied_grade(grade, taken_[index], setting_));
    ++copied_;
    told(std::to_string(grade.points()) + " of " + std::to_string(grade.possible()), index,
         "the same files as " + grade.submission);
    std::error_code ignored;
    fs::remove_all(taken_[index].folder, ignored);
  }
  void hand_on_to_followers(const Grade& grade, std::size_t leader) {
    for (std::size_t index : followers_[leader]) hand_on(grade, index);
  }

  void told(const std::string& what, std::size_t index, const std::string& more) {
    clear_status();
    std::cout << "   " << padded(what, 18) << padded(taken_[index].submission.name, 36)
              << (more.empty() ? "" : " " + as_line(more)) << std::endl;
  }

  // What is under way counts for a half. What stands last is cut off where the terminal is narrow: the bar.
  void show_progress() {
    std::size_t done = next_ - running_.size(), width = 24;
    double so_far = static_cast<double>(done) + static_cast<double>(running_.size()) / 2,
           passed = std::chrono::duration<double>(Clock::now() - started_).count();
    std::string left;
    if (done >= 2) {
      auto seconds = static_cast<long>(passed / so_far * (static_cast<double>(total_) - so_far)) + 1;
      left = seconds >= 90 ? ", about " + std::to_string((seconds + 30) / 60) + " minutes left"
                           : ", about " + std::to_string(seconds) + " seconds left";
    }
    std::size_t filled = total_ == 0 ? width : width * done / total_;
    show_status(" " + std::to_string(done) + " of " + std::to_string(total_) + left + "  [" + std::string(filled, '#') +
                std::string(width - filled, '.') + "]");
  }

  bool end_is_asked_for() {
    sigset_t pending;
    ::sigpending(&pending);
    for (int number : {SIGINT, SIGTERM, SIGHUP})
      if (::sigismember(&pending, number) == 1) signal_ = number;
    return signal_ != 0;
  }

  // What was under way waits again; nothing of it is left running.
  void end_what_is_under_way() {
    for (const Running& one : running_) ::kill(one.pid, SIGKILL);
    harness::kill_all_descendants();
    for (const Running& one : running_) {
      while (::waitpid(one.pid, nullptr, 0) < 0 && errno == EINTR) {
      }
      end_everything_of(user_of(one.slot));
    }
    clear_status();
  }

  int interrupted() {
    end_what_is_under_way();
    for (const Running& one : running_) {
      std::optional<Grade> grade = store_.find(taken_[one.index].submission.name);
      if (grade && grade->state == "graded")
        ++graded_;  // just now
      else
        store_.put(blank_grade(taken_[one.index], setting_));
    }
    std::cout << "\n Interrupted: " << graded_ + copied_ + kept_ << " are graded. The same command goes on from here.\n"
              << std::flush;
    return 128 + signal_;
  }

  int summary() {
    auto seconds = static_cast<long>(std::chrono::duration<double>(Clock::now() - started_).count() + 0.5);
    std::cout << "\n " << graded_ << " graded in " << seconds << " seconds";
    if (copied_ > 0) std::cout << ", " << copied_ << " with the same files as another";
    if (kept_ > 0) std::cout << ", " << kept_ << " were graded already";
    if (unusable_ > 0) std::cout << ", " << unusable_ << " with nothing to grade";
    if (troubles_ > 0) std::cout << ", " << troubles_ << " NOT graded: run it again";
    std::cout << ".\n Next  grade report " << for_a_shell(store_.folder())
              << "   makes the gradebook, a page, and what the platforms read\n"
              << std::flush;
    return troubles_ == 0 ? 0 : 1;
  }

  const ClassOptions& options_;
  Store store_;
  WorkFolder work_;
  Setting setting_;
  sigset_t signals_{};
  std::vector<Taken> taken_;
  std::vector<std::size_t> waiting_;
  std::map<std::string, std::size_t> leaders_;
  std::map<std::size_t, std::vector<std::size_t>> followers_;
  std::map<std::string, std::string> graded_by_key_;
  std::vector<Running> running_;
  std::size_t next_ = 0, total_ = 0;
  std::size_t at_once_ = 1, least_at_once_ = 1, most_at_once_ = 1;
  SpareTime spare_;
  Clock::time_point suit_again_ = Clock::now();
  std::size_t graded_ = 0, copied_ = 0, kept_ = 0, unusable_ = 0, troubles_ = 0;
  int signal_ = 0;
  Clock::time_point started_ = Clock::now();
};

}  // namespace
}  // namespace classroom

int grade_class(const ClassOptions& options) { return classroom::ClassRun(options).run(); }

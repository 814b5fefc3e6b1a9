#include "board.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>
#include <sstream>

#include "nearest.hpp"
#include "terminal.hpp"

namespace {

Colour colour_of(const std::string& state) {
  if (state == "passed") return Colour::green;
  if (state == "not started" || state == "blocked" || state == "skipped") return Colour::dim;
  return state == "timed out" ? Colour::yellow : Colour::red;
}

bool worth_telling(const Result& result) {
  return !(result.passed() || result.state == "not started" || result.state == "blocked");
}

std::string points_of(const Job& job) {
  if (job.result.state == "skipped") return "not counted";
  return std::to_string(job.result.passed() ? job.test->points : 0) + " of " + std::to_string(job.test->points);
}

// Text in a column beside a label: every line begins at the same place, long lines are broken at blanks unless they
// are verbatim (a caret stands below).
void print_detail(const std::string& label, const std::string& text, bool wrap) {
  constexpr std::size_t margin = 26;
  std::size_t width = columns() - margin - 1;
  std::string lead = "       " + padded(label, margin - 8) + " ";
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    while (wrap && line.size() > width) {
      std::size_t cut = line.rfind(' ', width);
      if (cut == std::string::npos || cut == 0) break;
      std::cout << lead << line.substr(0, cut) << '\n';
      lead = std::string(margin, ' ');
      line.erase(0, cut + 1);
    }
    std::cout << lead << line << '\n';
    lead = std::string(margin, ' ');
  }
}

void print_failure(const Job& job) {
  std::cout << '\n'
            << ' ' << in(colour_of(job.result.state), job.result.state == "skipped" ? "SKIP" : "FAIL") << "  "
            << in(Colour::bold, job.test->id) << "  "
            << in(Colour::bold, padded(job.test->title, columns() - job.test->id.size() - 25)) << ' ' << points_of(job)
            << '\n';
  if (job.result.details.empty()) print_detail("", job.result.failure, true);
  for (const auto& [label, text] : job.result.details)
    print_detail(label, text,
                 label != "we expected" && label != "what came" && label != "your calls" && label != "on the wire");
}

void print_line(const Job& job) {
  std::size_t width = columns() - 37;
  std::string title = job.test->title.size() > width ? job.test->title.substr(0, width - 3) + "..." : job.test->title;
  std::cout << "   " << in(colour_of(job.result.state), padded(job.result.state, 15)) << padded(job.test->id, 8)
            << padded(title, width) << ' ' << points_of(job) << '\n';
}

// Shows the tests in their order, each as soon as it and those before it are done.
class Ticker {
 public:
  Ticker(const Lab& lab, const std::vector<Job>& jobs) : lab_(lab), jobs_(jobs) {}

  void update() {
    clear_status();
    for (; shown_ < jobs_.size() && jobs_[shown_].done; ++shown_) {
      const Job& job = jobs_[shown_];
      if (job.test->part != part_) {
        part_ = job.test->part;
        std::cout << "\n " << in(Colour::bold, part_ + " " + lab_.part_title(part_)) << '\n';
      }
      print_line(job);
    }
    auto done = std::count_if(jobs_.begin(), jobs_.end(), [](const Job& job) { return job.done; });
    if (shown_ < jobs_.size())
      show_status(" " + std::to_string(done) + " of " + std::to_string(jobs_.size()) + " tests done, waiting for " +
                  jobs_[shown_].test->id);
    std::cout.flush();
  }

 private:
  const Lab& lab_;
  const std::vector<Job>& jobs_;
  std::size_t shown_ = 0;
  std::string part_;
};

// Tests whose programs did not build have a result before anything runs.
void mark_what_does_not_build(Judged& judged) {
  for (Job& job : judged.jobs)
    for (const std::string& program : job.test->programs)
      if (judged.build.errors.contains(program) || !judged.build.trouble.empty()) {
        job.result.state = "does not build";
        job.result.failure = program + (judged.given ? " is not there" : " does not build");
        job.done = true;
      }
}

std::string source_of(const Judged& judged, const std::string& file) {
  return judged.tree + "/" + judged.lab.stem + "/" + file;
}

void print_build_errors(const Judged& judged) {
  for (const auto& [program, said] : judged.build.errors) {
    std::cout << "\n " << in(Colour::red, "BUILD") << " "
              << in(Colour::bold, program + (judged.given ? " is not there" : " does not build")) << '\n';
    print_detail("", said, false);
  }
  if (!judged.build.trouble.empty()) {
    std::cout << "\n " << in(Colour::red, "BUILD") << " the build cannot run:\n";
    print_detail("", judged.build.trouble, false);
  }
}

void print_summary(const Judged& judged) {
  Score score = judged.score();
  std::cout << "\n "
            << in(Colour::bold, "Score " + std::to_string(score.earned) + " of " + std::to_string(score.possible))
            << "   (core " << score.core << " of " << score.core_possible << ", extra " << score.extra << " of "
            << score.extra_possible
            << (score.bonus_possible > 0
                    ? ", bonus " + std::to_string(score.bonus) + " of " + std::to_string(score.bonus_possible)
                    : "")
            << ")\n";
  std::string part = judged.next_part();
  const std::string& stem = judged.lab.stem;
  auto advise = [](const std::string& label, const std::string& text) {
    std::cout << ' ' << padded(label, 9) << text << '\n';
  };
  std::vector<const Job*> jobs;
  for (const Job& job : judged.jobs) jobs.push_back(&job);
  const std::vector<Mistake> mistakes = recorded_mistakes(judged.lab);
  if (const Mistake* mistake = nearest(mistakes, jobs))
    advise("Guess", "this looks like a known mistake: " + mistake->what);
  if (!judged.given && !judged.build.errors.empty()) {
    advise("Next",
           "make " + judged.build.errors.begin()->first + " compile: the first error above is usually the one to mend");
    advise("Again", "cmake --build --preset " + judged.lab.id());
  } else if (!part.empty()) {
    advise("Next", part + " " + judged.lab.part_title(part) + (judged.given ? "" : "   in " + source_of(judged, "")));
    advise("Read", "docs/" + stem + ".md" + (judged.given ? "" : "   task: " + source_of(judged, "README.md")));
    if (judged.given) return;
    advise("Stuck?", source_of(judged, "hints.md"));
    advise("Again", "cmake --build --preset " + judged.lab.id());
    advise("By hand", "the programs are in .build/" + judged.tree + '/' + stem + '/');
  } else if (!judged.given) {
    std::cout << ' ' << in(Colour::green, "Done.");
    // The kit for students has no reference.
    if (std::filesystem::exists(source_folder() + "/solutions"))
      std::cout << "    Compare with the reference: diff -u labs/" << stem << " solutions/" << stem;
    std::cout << '\n';
  }
}

// For the packets of the tests that fail this time.
std::string fresh_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  std::filesystem::create_directories(path, error);
  return error ? "" : path;
}

Judged prepare(Lab lab, const BoardOptions& options) {
  Judged judged{std::move(lab), options.tree, !options.programs.empty(), {}, {}};
  load_tests(judged.lab);
  return judged;
}

// Jobs point into the Judged that holds them, so they are made when it has found its place.
void make_jobs(Judged& judged, const BoardOptions& options) {
  std::string folder = options.programs.empty() ? judged.lab.build_folder(judged.tree) : options.programs;
  for (const Test& test : judged.lab.tests) judged.jobs.push_back({&judged.lab, &test, folder, {}, false});
  mark_what_does_not_build(judged);
}

}  // namespace

Score Judged::score() const {
  Score score;
  for (const Job& job : jobs) {
    if (job.result.state == "skipped") continue;  // what the machine cannot run is not the learner's loss
    int earned = job.result.passed() ? job.test->points : 0;
    score.earned += earned;
    if (job.test->bonus) {
      score.bonus += earned;
      score.bonus_possible += job.test->points;
      continue;
    }
    score.possible += job.test->points;
    (job.test->extra ? score.extra : score.core) += earned;
    (job.test->extra ? score.extra_possible : score.core_possible) += job.test->points;
  }
  return score;
}

namespace {

// The part that a program itself named as not written when it came to it; empty when it did not.
std::string unwritten_part(const Job& job) {
  static const std::string words = "not written yet: ";
  if (job.result.state != "not started") return "";
  for (const auto& [label, text] : job.result.details)
    if (std::size_t at = text.find(words); at != std::string::npos)
      return text.substr(at + words.size(), text.find(' ', at + words.size()) - at - words.size());
  return "";
}

}  // namespace

std::string Judged::next_part() const {
  std::set<std::string> open;
  for (const Job& job : jobs)
    if (!job.result.passed() && job.result.state != "skipped") open.insert(job.test->id);
  // A test that needs others waits for them: the part to work on now is theirs.
  for (const Job& job : jobs)
    if (open.contains(job.test->id) && std::none_of(job.test->needs.begin(), job.test->needs.end(),
                                                    [&](const std::string& need) { return open.contains(need); })) {
      // A part may well be written and still not be seen to work, because the program stopped at the next one.
      std::string unwritten = unwritten_part(job);
      return lab.part_title(unwritten).empty() ? job.test->part : unwritten;
    }
  return "";
}

void show_board(Lab lab, const BoardOptions& options) {
  std::cout << '\n'
            << ' ' << in(Colour::bold, "Lab " + lab.number + " " + lab.title)
            << (options.tree == "solutions" ? "  (the reference)" : "") << std::endl;
  show_status(" building ...");
  Judged judged = prepare(std::move(lab), options);
  judged.build =
      judged.given ? look_for_programs(judged.lab, options.programs) : build_programs(judged.lab, judged.tree);
  clear_status();
  make_jobs(judged, options);

  if (std::all_of(judged.jobs.begin(), judged.jobs.end(), [](const Job& job) { return job.done; })) {
    print_build_errors(judged);
    std::cout << "\n No test can run before that.\n";
    print_summary(judged);
    std::cout << std::flush;
    return;
  }
  Ticker ticker(judged.lab, judged.jobs);
  ticker.update();
  RunOptions how = options.run;
  how.captures = fresh_folder(build_folder() + "/captures/" + judged.lab.id());
  run(judged.jobs, how, [&ticker](const Job&) { ticker.update(); });
  ticker.update();
  // Below the list, not above it: what is to be mended first stands where the eye is.
  print_build_errors(judged);
  for (const Job& job : judged.jobs)
    if (worth_telling(job.result) && job.result.state != "does not build") print_failure(job);
  print_summary(judged);
  std::cout << std::flush;
}

void show_progress(const BoardOptions& options) {
  std::vector<std::unique_ptr<Judged>> all;
  for (Lab& lab : all_labs()) {
    show_status(" building " + lab.id() + " ...");
    all.push_back(std::make_unique<Judged>(prepare(std::move(lab), options)));
    all.back()->build = build_programs(all.back()->lab, options.tree);
    make_jobs(*all.back(), options);
  }

  // All labs' tests run together, so that the whole takes as long as the slowest test, not as the sum of the labs.
  std::vector<Job> jobs;
  for (const auto& judged : all) jobs.insert(jobs.end(), judged->jobs.begin(), judged->jobs.end());
  std::size_t done = 0;
  run(jobs, options.run, [&](const Job&) {
    show_status(" " + std::to_string(++done) + " of " + std::to_string(jobs.size()) + " tests done");
  });
  clear_status();
  auto next = jobs.begin();
  for (const auto& judged : all)
    for (Job& job : judged->jobs) job = *next++;

  std::cout << "\n " << in(Colour::bold, options.tree == "solutions" ? "Progress of the reference" : "Your progress")
            << "\n\n";
  const Judged* first_open = nullptr;
  for (const auto& judged : all) {
    Score score = judged->score();
    std::size_t width = 20, filled = score.possible == 0
                                         ? 0
                                         : std::min(width, width * static_cast<std::size_t>(score.earned) /
                                                               static_cast<std::size_t>(score.possible));
    std::set<std::string> states;
    for (const Job& job : judged->jobs)
      if (!job.result.passed()) states.insert(job.result.state);
    std::string rest;
    for (const char* state : {"does not build", "crashed", "timed out", "wrong", "not started", "blocked", "skipped"}) {
      auto count = std::count_if(judged->jobs.begin(), judged->jobs.end(),
                                 [state](const Job& job) { return job.result.state == state; });
      if (count > 0) rest += (rest.empty() ? "" : ", ") + std::to_string(count) + " " + state;
    }
    if (rest.empty()) rest = "all tests pass";
    std::string points = std::to_string(score.earned) + " of " + std::to_string(score.possible);
    std::cout << "   " << padded(judged->lab.id(), 7) << padded(judged->lab.title, 24)
              << in(Colour::green, std::string(filled, '#')) << in(Colour::dim, std::string(width - filled, '.'))
              << "  " << padded(points, 12) << rest << '\n';
    if (!first_open && !judged->next_part().empty()) first_open = judged.get();
  }
  std::cout << '\n';
  if (first_open) {
    std::string part = first_open->next_part();
    std::cout << " Next  " << part << " " << first_open->lab.part_title(part) << "   read "
              << source_of(*first_open, "README.md") << " and docs/" << first_open->lab.stem
              << ".md,\n       then   cmake --workflow --preset " << first_open->lab.id()
              << "   shows every test of that lab\n";
  } else {
    std::cout << ' ' << in(Colour::green, "Everything passes.") << '\n';
  }
  std::cout << std::flush;
}

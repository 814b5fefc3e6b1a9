#pragma once
#include <string>
#include <vector>

#include "build.hpp"
#include "runner.hpp"

/// What a lab's points add up to.
struct Score {
  int earned = 0, possible = 0;
  int core = 0, core_possible = 0, extra = 0, extra_possible = 0;
  int bonus = 0, bonus_possible = 0;  ///< on top: `earned` holds it too, `possible` does not
};

/// A lab judged: one job for each test, all done.
struct Judged {
  Lab lab;
  std::string tree;
  bool given = false;  ///< the programs were there already (--programs); nothing was built
  Build build;
  std::vector<Job> jobs;

  Score score() const;
  /// The part to work on now: the first with a test that has not passed and needs no other; empty when all have.
  std::string next_part() const;
};

struct BoardOptions {
  std::string tree = "labs";  ///< or "solutions"
  std::string programs;       ///< a folder of programs to judge as they are, instead of building `tree`
  RunOptions run;
};

/// Builds and judges one lab, shows each test as it is done, the failures in full, the score and what to do next.
void show_board(Lab lab, const BoardOptions& options);

/// Builds and judges all labs and shows them on one screen, a line each.
void show_progress(const BoardOptions& options);

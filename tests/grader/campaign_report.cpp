#include "campaign_report.hpp"

#include <algorithm>
#include <map>

namespace {

// What is known of a lab's programs from all rows that must agree.
class Agreement {
 public:
  // The verdicts of this row that changed within it, or differ from those of the rows before.
  std::vector<std::string> changed_in(const Row& row) {
    std::vector<std::string> changed;
    for (const auto& [what, now] : row.verdicts) {
      Verdicts& known = known_[what];
      Verdicts all{known.passed + now.passed, known.failed + now.failed};
      if (now.differ() || (!known.differ() && all.differ()))
        changed.push_back("flake: " + what.first + " has passed " + what.second + " " + times(all.passed) +
                          ", and failed it " + times(all.failed));
      known = all;
    }
    return changed;
  }

 private:
  static std::string times(int count) { return count == 1 ? "once" : std::to_string(count) + " times"; }
  VerdictsByTest known_;
};

// One line of the table, and what is to be said about it.
struct Line {
  const Row* row;
  std::vector<std::string> flakes;
};

std::vector<Line> lines_of(const std::vector<Row>& rows) {
  std::vector<Line> lines;
  std::map<std::string, Agreement> by_lab;
  for (const Row& row : rows) {
    // What a program does with a fault may differ from what it does without.
    Agreement of_its_own;
    lines.push_back({&row, (row.faulty ? of_its_own : by_lab[row.lab]).changed_in(row)});
  }
  return lines;
}

}  // namespace

std::string report_of(const std::vector<Row>& rows) {
  std::string text =
      "| lab | circumstances | runs | right programs | mistakes | not killed | false alarms | flakes | other claims | "
      "near misses |\n| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  std::string remarks;
  for (const auto& [row, flakes] : lines_of(rows)) {
    text += "| " + row->lab + " | " + row->circumstances;
    for (int number : {row->rounds, row->right, row->mistakes, row->missed, row->false_alarms,
                       static_cast<int>(flakes.size()), row->others, row->near_misses})
      text += " | " + std::to_string(number);
    text += " |\n";
    for (const auto* list : {&row->remarks, &flakes})
      for (const std::string& remark : *list)
        remarks += "- " + row->lab + ", " + row->circumstances + ": " + remark + "\n";
  }
  return text + "\n" + (remarks.empty() ? "Every claim held, and no verdict changed.\n" : remarks);
}

bool every_claim_held(const std::vector<Row>& rows) {
  const std::vector<Line> lines = lines_of(rows);
  return std::all_of(lines.begin(), lines.end(), [](const auto& line) {
    return line.row->false_alarms + line.row->missed + line.row->others == 0 && line.flakes.empty();
  });
}

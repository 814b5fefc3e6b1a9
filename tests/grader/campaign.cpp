#include "campaign.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "conditions.hpp"
#include "faults.hpp"
#include "proof.hpp"

namespace {

// What all runs of one lab have given under one condition.
struct Row {
  std::string lab, circumstances;
  int runs = 0, right = 0, mistakes = 0;
  std::size_t false_alarms = 0, missed = 0, others = 0, flakes = 0, near_misses = 0;

  bool is_good() const { return false_alarms + missed + others + flakes == 0; }
};

class Campaign {
 public:
  Campaign(const CampaignOptions& options, const RunOptions& run) : options_(options), run_(run) {}

  int carry_out() {
    std::vector<std::string> labs = options_.labs;
    if (labs.empty())
      for (const Lab& lab : all_labs()) labs.push_back(lab.id());
    // All of it takes hours: what is wrong is told now, and what has been found is written down after each lab.
    const std::vector<Condition> wanted = wanted_conditions();
    if (!options_.out.empty()) std::filesystem::create_directories(options_.out);
    for (const std::string& lab : labs) {
      verdicts_.clear();
      for (const Condition& condition : wanted) prove_under(lab, condition);
      verdicts_.clear();  // what a program does with a fault may differ from what it does without
      if (!shows_every_call(lab))
        for (const auto& [fault, faults] : harness::bearable_faults()) prove_with_fault(lab, fault);
      write_report();
    }
    std::cout << '\n' << report();
    return std::all_of(rows_.begin(), rows_.end(), [](const Row& row) { return row.is_good(); }) ? 0 : 1;
  }

 private:
  // The shell of lab 01 is there to show what each call gives; whatever is done to its calls is seen, and should be.
  static bool shows_every_call(const std::string& lab) { return find_lab(lab).number == "01"; }

  std::vector<Condition> wanted_conditions() const {
    if (options_.conditions.empty()) return conditions();
    std::vector<Condition> wanted;
    for (const std::string& name : options_.conditions) {
      auto found = std::find_if(conditions().begin(), conditions().end(),
                                [&name](const Condition& condition) { return condition.name == name; });
      if (found == conditions().end())
        throw std::runtime_error("there is no condition called " + name + "; there are " + names_of_conditions());
      wanted.push_back(*found);
    }
    return wanted;
  }

  static std::string names_of_conditions() {
    std::string all;
    for (const Condition& condition : conditions()) all += (all.empty() ? "" : ", ") + condition.name;
    return all;
  }

  // The speed under the condition that there is now, unless somebody has said what it shall be.
  RunOptions options_now() const {
    RunOptions run = run_;
    if (run.speed_factor == 0) run.speed_factor = measure_speed_factor();
    return run;
  }

  void prove_under(const std::string& lab, const Condition& condition) {
    Row& row = rows_.emplace_back();
    row.lab = lab;
    row.circumstances = condition.what;
    std::optional<UnderCondition> under;
    try {
      under.emplace(condition);
    } catch (const std::system_error& error) {
      // Judged all the same, the verdicts would be said to hold in a state that was never there.
      ++row.others;
      remarks_.push_back(row.lab + ", " + row.circumstances + ": not judged: " + error.what());
      return;
    }
    for (int round = 0; round < options_.rounds; ++round) {
      RunOptions run = options_now();
      run.shared_network = run.shared_network || condition.shared_network;
      std::cout << "\n " << lab << ", round " << round + 1 << ": " << condition.what << std::endl;
      ProofRecord record;
      prove(lab, run, {}, &record);
      take(row, record);
    }
  }

  void prove_with_fault(const std::string& lab, const std::string& fault) {
    Row& row = rows_.emplace_back();
    row.lab = lab;
    row.circumstances = "every call with the fault " + fault + ", right programs only";
    RunOptions run = options_now();
    run.fault = fault;
    ProofOptions what;
    what.with_mistakes = false;
    std::cout << "\n " << lab << ": " << row.circumstances << std::endl;
    ProofRecord record;
    prove(lab, run, what, &record);
    take(row, record);
  }

  void take(Row& row, const ProofRecord& record) {
    ++row.runs;
    row.right = record.right;
    row.mistakes = record.mistakes;
    row.false_alarms += record.false_alarms.size();
    row.missed += record.missed.size();
    row.others += record.others.size();
    row.near_misses += record.near_misses.size();
    for (const auto* kind : {&record.false_alarms, &record.missed, &record.others})
      for (const std::string& claim : *kind)
        remarks_.push_back(row.lab + ", " + row.circumstances +
                           ": does not hold: " + claim.substr(0, claim.find('\n')));
    for (const std::string& near : record.near_misses)
      remarks_.push_back(row.lab + ", " + row.circumstances + ": near miss: " + near);
    for (const auto& [what, passed] : record.verdicts) {
      auto [known, is_new] = verdicts_.emplace(what, passed);
      if (is_new || known->second == passed) continue;
      ++row.flakes;
      remarks_.push_back(row.lab + ", " + row.circumstances + ": flake: " + what.first + " has " +
                         (passed ? "passed " : "failed ") + what.second + ", and did not before");
    }
  }

  // As a table that Doxygen and a terminal can show alike.
  std::string report() const {
    std::string text =
        "| lab | circumstances | runs | right programs | mistakes | not killed | false alarms | flakes | other claims "
        "| "
        "near misses |\n| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
    for (const Row& row : rows_) {
      text += "| " + row.lab + " | " + row.circumstances;
      for (std::size_t number : {static_cast<std::size_t>(row.runs), static_cast<std::size_t>(row.right),
                                 static_cast<std::size_t>(row.mistakes), row.missed, row.false_alarms, row.flakes,
                                 row.others, row.near_misses})
        text += " | " + std::to_string(number);
      text += " |\n";
    }
    text += remarks_.empty() ? "\nEvery claim held, and no verdict changed.\n" : "\n";
    for (const std::string& remark : remarks_) text += "- " + remark + "\n";
    return text;
  }

  void write_report() const {
    if (options_.out.empty()) return;
    std::string path = options_.out + "/report.md";
    std::ofstream file(path);
    if (!(file << report() << std::flush)) throw std::runtime_error(path + " cannot be written");
  }

  const CampaignOptions& options_;
  const RunOptions& run_;
  std::vector<Row> rows_;
  std::vector<std::string> remarks_;
  std::map<std::pair<std::string, std::string>, bool> verdicts_;
};

}  // namespace

int prove_under_all_conditions(const CampaignOptions& options, const RunOptions& run) {
  return Campaign(options, run).carry_out();
}

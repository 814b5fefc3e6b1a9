#include "campaign.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "campaign_report.hpp"
#include "campaign_row.hpp"
#include "conditions.hpp"
#include "faults.hpp"
#include "proof.hpp"
#include "proven_programs.hpp"

namespace {

class Campaign {
 public:
  Campaign(const CampaignOptions& options, const RunOptions& run) : options_(options), run_(run), store_(options.out) {}

  int carry_out() {
    std::vector<std::string> labs;
    for (const std::string& lab : options_.labs) labs.push_back(find_lab(lab).id());
    if (labs.empty())
      for (const Lab& lab : all_labs()) labs.push_back(lab.id());
    // All of it takes hours: what is wrong is told now, and what has been found is written down after each round.
    const std::vector<Condition> wanted = wanted_conditions();
    for (const std::string& lab : labs) {
      for (const Condition& condition : wanted) prove_under(lab, condition);
      for (const std::string& fault : faults_for(lab))
        if (options_.conditions.empty() || is_wanted(fault)) prove_with_fault(lab, fault);
    }
    if (rows_.empty()) throw std::runtime_error("there is nothing to judge: lab 01 is not judged with faults");
    write_report();
    std::cout << '\n' << report_of(rows_);
    return every_claim_held(rows_) ? 0 : 1;
  }

 private:
  // The shell of lab 01 is there to show what each call gives; whatever is done to its calls is seen, and should be.
  static std::vector<std::string> faults_for(const std::string& lab) {
    std::vector<std::string> names;
    if (find_lab(lab).number != "01")
      for (const auto& [name, faults] : harness::bearable_faults()) names.push_back(name);
    return names;
  }

  std::vector<Condition> wanted_conditions() const {
    if (options_.conditions.empty()) return conditions();
    std::vector<Condition> wanted;
    for (const std::string& name : options_.conditions) {
      auto found = std::find_if(conditions().begin(), conditions().end(),
                                [&name](const Condition& condition) { return condition.name == name; });
      if (found != conditions().end())
        wanted.push_back(*found);
      else if (!is_fault(name))
        throw std::runtime_error("there is no condition called " + name + "; there are " + names_of_conditions());
    }
    return wanted;
  }

  bool is_wanted(const std::string& name) const {
    return std::find(options_.conditions.begin(), options_.conditions.end(), name) != options_.conditions.end();
  }

  static bool is_fault(const std::string& name) {
    const auto& faults = harness::bearable_faults();
    return std::any_of(faults.begin(), faults.end(), [&name](const auto& fault) { return fault.first == name; });
  }

  static std::string names_of_conditions() {
    std::string all;
    for (const Condition& condition : conditions()) all += (all.empty() ? "" : ", ") + condition.name;
    for (const auto& [fault, what] : harness::bearable_faults()) all += ", " + fault;
    return all;
  }

  // The speed under the condition that there is now, and as many tests at a time as suit it, unless somebody has said
  // what these shall be. Where limits are stretched the tests of mistakes wait for longer, and more of them can.
  RunOptions options_now() const {
    const double usual = static_cast<double>(usual_workers()), most = 4 * usual;
    RunOptions run = run_;
    if (run.speed_factor == 0) run.speed_factor = measure_speed_factor();
    if (run.workers == 0) run.workers = static_cast<std::size_t>(std::min(usual * run.speed_factor, most));
    return run;
  }

  void prove_under(const std::string& lab, const Condition& condition) {
    Row& row = rows_.emplace_back(begun(lab, condition.name, condition.what));
    if (row.rounds >= options_.rounds) return;
    std::optional<UnderCondition> under;
    try {
      under.emplace(condition);
    } catch (const std::system_error& error) {
      // Judged all the same, the verdicts would be said to hold in a state that was never there.
      ++row.others;
      row.remarks.push_back(std::string("not judged: ") + error.what());
      return;
    }
    while (row.rounds < options_.rounds) {
      RunOptions run = options_now();
      run.shared_network = run.shared_network || condition.shared_network;
      prove_once(row, run, {});
    }
  }

  void prove_with_fault(const std::string& lab, const std::string& fault) {
    Row& row = rows_.emplace_back(begun(lab, fault, "every call with the fault " + fault + ", right programs only"));
    row.faulty = true;
    while (row.rounds < options_.rounds) {
      RunOptions run = options_now();
      run.fault = fault;
      ProofOptions what;
      what.with_mistakes = false;
      prove_once(row, run, what);
    }
  }

  // With the rounds that stand in the folder already.
  Row begun(const std::string& lab, const std::string& name, const std::string& circumstances) const {
    if (std::optional<Row> row = store_.find(lab, name)) return *row;
    Row row;
    row.lab = lab;
    row.name = name;
    row.circumstances = circumstances;
    row.programs = fingerprint_of_proven_programs(find_lab(lab));
    return row;
  }

  void prove_once(Row& row, const RunOptions& run, const ProofOptions& what) const {
    std::cout << "\n " << row.lab << ", round " << row.rounds + 1 << ": " << row.circumstances << std::endl;
    ProofRecord record;
    prove(row.lab, run, what, &record);
    row.add(record);
    store_.put(row);
    write_report();
  }

  // Of everything in the folder, whoever put it there.
  void write_report() const {
    if (options_.out.empty()) return;
    std::vector<Row> rows;
    std::string lacking;
    for (const Lab& lab : all_labs()) {
      std::vector<std::string> names;
      for (const Condition& condition : conditions()) names.push_back(condition.name);
      for (const std::string& fault : faults_for(lab.id())) names.push_back(fault);
      for (const std::string& name : names)
        if (std::optional<Row> row = store_.find(lab.id(), name))
          rows.push_back(std::move(*row));
        else
          lacking += (lacking.empty() ? "" : ", ") + lab.id() + " " + name;
    }
    std::string path = options_.out + "/report.md", part = path + ".new." + std::to_string(::getpid());
    std::ofstream file(part);
    file << report_of(rows) << (lacking.empty() ? "" : "- Not judged yet: " + lacking + "\n") << std::flush;
    if (!file) throw std::runtime_error(path + " cannot be written");
    file.close();
    std::filesystem::rename(part, path);
  }

  const CampaignOptions& options_;
  const RunOptions& run_;
  RowStore store_;
  std::vector<Row> rows_;
};

}  // namespace

int prove_under_all_conditions(const CampaignOptions& options, const RunOptions& run) {
  return Campaign(options, run).carry_out();
}

#include "campaign_row.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "course.hpp"
#include "files.hpp"
#include "json.hpp"
#include "json_writer.hpp"
#include "proven_programs.hpp"

namespace fs = std::filesystem;

namespace {

std::string to_json(const Row& row) {
  classroom::JsonObject json, verdicts;
  std::map<std::string, classroom::JsonObject> by_folder;
  for (const auto& [what, verdict] : row.verdicts)
    by_folder[what.first].raw(what.second,
                              "[" + std::to_string(verdict.passed) + ", " + std::to_string(verdict.failed) + "]");
  for (const auto& [folder, tests] : by_folder) verdicts.member(folder, tests);
  json.member("lab", row.lab)
      .member("name", row.name)
      .member("circumstances", row.circumstances)
      .member("faulty", row.faulty)
      .member("programs", std::to_string(row.programs))
      .member("rounds", row.rounds)
      .member("right", row.right)
      .member("mistakes", row.mistakes)
      .member("false_alarms", row.false_alarms)
      .member("missed", row.missed)
      .member("others", row.others)
      .member("near_misses", row.near_misses)
      .list("remarks", row.remarks, classroom::json_quoted)
      .member("verdicts", verdicts);
  return json.text();
}

Row row_from(const harness::Json& json) {
  auto number = [](const harness::Json& value) { return static_cast<int>(value.number()); };
  Row row;
  row.lab = json["lab"].text();
  row.name = json["name"].text();
  row.circumstances = json["circumstances"].text();
  row.faulty = json["faulty"].number() != 0;
  row.programs = std::strtoull(json["programs"].text().c_str(), nullptr, 10);
  row.rounds = number(json["rounds"]);
  row.right = number(json["right"]);
  row.mistakes = number(json["mistakes"]);
  row.false_alarms = number(json["false_alarms"]);
  row.missed = number(json["missed"]);
  row.others = number(json["others"]);
  row.near_misses = number(json["near_misses"]);
  for (const harness::Json& remark : json["remarks"].items()) row.remarks.push_back(remark.text());
  for (const auto& [folder, tests] : json["verdicts"].members())
    for (const auto& [id, counts] : tests.members())
      if (counts.items().size() == 2)
        row.verdicts[{folder, id}] = {number(counts.items()[0]), number(counts.items()[1])};
  return row;
}

}  // namespace

void Row::add(const ProofRecord& record) {
  auto count = [](const std::vector<std::string>& list) { return static_cast<int>(list.size()); };
  ++rounds;
  right = record.right;
  mistakes = record.mistakes;
  false_alarms += count(record.false_alarms);
  missed += count(record.missed);
  others += count(record.others);
  near_misses += count(record.near_misses);
  for (const auto* kind : {&record.false_alarms, &record.missed, &record.others})
    for (const std::string& claim : *kind) remarks.push_back("does not hold: " + claim.substr(0, claim.find('\n')));
  for (const std::string& near : record.near_misses) remarks.push_back("near miss: " + near);
  for (const auto& [what, passed] : record.verdicts) ++(passed ? verdicts[what].passed : verdicts[what].failed);
}

RowStore::RowStore(const std::string& folder) : folder_(folder.empty() ? "" : folder + "/rows") {
  if (!folder_.empty()) fs::create_directories(folder_);
}

std::string RowStore::path_of(const std::string& lab, const std::string& name) const {
  return folder_ + "/" + lab + "-" + name + ".json";
}

std::optional<Row> RowStore::find(const std::string& lab, const std::string& name) const {
  std::string text = folder_.empty() ? "" : harness::text_if_any(path_of(lab, name));
  if (text.empty()) return {};
  Row row = row_from(harness::Json::parse(text));
  if (row.lab != lab || row.name != name || row.programs != fingerprint_of_proven_programs(find_lab(lab))) return {};
  return row;
}

void RowStore::put(const Row& row) const {
  if (folder_.empty()) return;
  std::string path = path_of(row.lab, row.name), part = path + ".new";
  std::ofstream file(part);
  if (!(file << to_json(row) << std::flush)) throw std::runtime_error(part + " cannot be written");
  file.close();
  fs::rename(part, path);
}

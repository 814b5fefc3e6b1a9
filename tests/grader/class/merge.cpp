#include "merge.hpp"

#include <filesystem>
#include <iostream>
#include <map>
#include <tuple>

#include "report/records.hpp"
#include "report/text.hpp"

namespace classroom {
namespace merging {
namespace {

namespace fs = std::filesystem;

struct Candidate {
  Record record;
  int said;  ///< how much is known
  fs::file_time_type time;

  bool operator<(const Candidate& other) const { return std::tie(said, time) < std::tie(other.said, other.time); }
};

int how_much_is_said(const Grade& grade) {
  if (is_final(grade)) return 3;
  if (grade.state == "not graded") return 2;
  return grade.state == "under way" ? 1 : 0;
}

std::string points(const Grade& grade) {
  return is_final(grade) ? std::to_string(grade.after_penalty()) + " points" : grade.state;
}

// Two that are the same in every letter are no news.
void tell(const Candidate& taken, const Candidate& left) {
  if (to_json(taken.record.grade) == to_json(left.record.grade)) return;
  std::cout << taken.record.grade.lab << ' ' << taken.record.grade.submission << ": took " << taken.record.file << " ("
            << points(taken.record.grade) << (taken.said > left.said ? ", says more" : ", later") << "), left "
            << left.record.file << " (" << points(left.record.grade) << ")\n";
}

}  // namespace
}  // namespace merging

int merge(const std::vector<std::string>& folders, const std::string& out) {
  using merging::Candidate;
  std::map<std::pair<std::string, std::string>, Candidate> best;
  std::size_t read = 0, trouble = 0;
  auto take_from = [&](const std::string& folder) {
    Records records = read_records(folder);
    for (const std::string& line : records.trouble) std::cerr << "grade: " << line << '\n';
    trouble += records.trouble.size();
    for (Record& record : records.all) {
      ++read;
      std::error_code error;
      Candidate candidate{record, merging::how_much_is_said(record.grade),
                          merging::fs::last_write_time(record.file, error)};
      auto [found, fresh] = best.try_emplace({record.grade.lab, record.grade.submission}, candidate);
      if (fresh) continue;
      bool better = found->second < candidate;
      merging::tell(better ? candidate : found->second, better ? found->second : candidate);
      if (better) found->second = candidate;
    }
  };
  if (has_records(out)) take_from(out);
  for (const std::string& folder : folders) take_from(folder);
  for (const auto& [name, candidate] : best) {
    std::string path = out + "/" + name.first + "/" + name.second + ".json";
    write_whole(path, to_json(candidate.record.grade));
    // The next merge must see when it was graded, not when it was merged.
    std::error_code ignored;
    merging::fs::last_write_time(path, candidate.time, ignored);
  }
  std::cout << read << " results of " << best.size() << " submissions: " << out << "/\n";
  return trouble > 0 ? 1 : 0;
}

}  // namespace classroom

// The report of many proofs: that hours of work are kept, and go on where they were, and that what changed is told.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "campaign_report.hpp"
#include "campaign_row.hpp"
#include "course.hpp"
#include "proven_programs.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string empty_folder(const std::string& name) {
  std::string folder = std::string(SCRATCH) + "/" + name;
  fs::remove_all(folder);
  return folder;
}

ProofRecord found(bool passed) {
  ProofRecord record;
  record.right = 9;
  record.mistakes = 50;
  record.verdicts[{"solutions/02-tcp-echo", "02.1.1"}] = passed;
  return record;
}

Row row(const std::string& name, const ProofRecord& record) {
  Row row;
  row.lab = "lab02";
  row.name = name;
  row.circumstances = "the state " + name;
  row.programs = fingerprint_of_proven_programs(find_lab(row.lab));
  row.add(record);
  return row;
}

}  // namespace

TEST_CASE("A row that was kept is found again, with everything in it") {
  ProofRecord record = found(true);
  record.false_alarms = {"reference: 02.1.1 is \"wrong\"\nits second line"};
  record.missed = {"a", "b"};
  record.others = {"c", "d", "e"};
  record.near_misses = {"solutions: 02.1.1, 60 % of a limit"};
  Row kept = row("quiet", record);
  kept.faulty = true;
  kept.add(found(false));
  RowStore store(empty_folder("rows"));
  store.put(kept);

  std::optional<Row> there = store.find("lab02", "quiet");
  REQUIRE(there);
  CHECK(there->circumstances == "the state quiet");
  CHECK(there->faulty);
  CHECK(there->rounds == 2);
  CHECK(there->right == 9);
  CHECK(there->mistakes == 50);
  CHECK(there->false_alarms == 1);
  CHECK(there->missed == 2);
  CHECK(there->others == 3);
  CHECK(there->near_misses == 1);
  CHECK(there->remarks == kept.remarks);
  REQUIRE(there->verdicts.size() == 1);
  CHECK(there->verdicts.begin()->first == kept.verdicts.begin()->first);
  CHECK(there->verdicts.begin()->second.passed == 1);
  CHECK(there->verdicts.begin()->second.failed == 1);
  CHECK(report_of({*there}) == report_of({kept}));
  CHECK_FALSE(store.find("lab02", "busy"));
  CHECK_FALSE(store.find("lab03", "quiet"));
}

TEST_CASE("What was found of programs that have changed since then counts as nothing, like half a file") {
  std::string folder = empty_folder("old rows");
  RowStore store(folder);
  Row begun_before = row("quiet", found(true));
  ++begun_before.programs;
  begun_before.add(found(true));
  store.put(begun_before);
  CHECK_FALSE(store.find("lab02", "quiet"));

  std::string path = folder + "/rows/lab02-quiet.json";
  store.put(row("quiet", found(true)));
  REQUIRE(store.find("lab02", "quiet"));
  fs::resize_file(path, fs::file_size(path) - 1);
  CHECK_FALSE(store.find("lab02", "quiet"));
}

TEST_CASE("Programs are told apart by what is in them, not by when they were built") {
  std::string folder = empty_folder("programs");
  fs::create_directories(folder + "/a/b");
  auto write = [](const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
    fs::permissions(path, fs::perms::owner_all);
  };
  write(folder + "/a/b/server", "one");
  std::ofstream(folder + "/a/notes.txt") << "no program";
  auto fingerprint = [&folder] { return fingerprint_of_programs({folder + "/a", folder + "/recorder"}); };
  std::uint64_t first = fingerprint();

  write(folder + "/a/b/server", "one");
  fs::last_write_time(folder + "/a/b/server", fs::file_time_type::clock::now() - std::chrono::hours(1));
  std::ofstream(folder + "/a/notes.txt") << "no program either";
  CHECK(fingerprint() == first);

  write(folder + "/a/b/server", "two");
  fs::last_write_time(folder + "/a/b/server", fs::file_time_type::clock::now() - std::chrono::hours(2));
  std::uint64_t changed = fingerprint();
  CHECK(changed != first);
  write(folder + "/recorder", "three");
  std::uint64_t with_recorder = fingerprint();
  CHECK(with_recorder != changed);
  fs::rename(folder + "/a/b/server", folder + "/a/b/client");
  std::uint64_t renamed = fingerprint();
  CHECK(renamed != with_recorder);
  fs::remove(folder + "/a/b/client");
  CHECK(fingerprint() != renamed);
}

TEST_CASE("A report that goes nowhere keeps nothing, and one that cannot be kept says so") {
  RowStore("").put(row("quiet", found(true)));
  CHECK_FALSE(RowStore("").find("lab02", "quiet"));

  std::string folder = empty_folder("rows in the way");
  fs::create_directories(folder);
  std::ofstream(folder + "/rows") << "a file";
  CHECK_THROWS_AS(RowStore(folder), fs::filesystem_error);
}

TEST_CASE("Where every claim held, the report says so") {
  std::vector<Row> rows{row("quiet", found(true)), row("busy", found(true))};
  CHECK(every_claim_held(rows));
  CHECK_THAT(report_of(rows), ContainsSubstring("| lab02 | the state busy | 1 | 9 | 50 | 0 | 0 | 0 | 0 | 0 |") &&
                                  ContainsSubstring("Every claim held, and no verdict changed."));
}

TEST_CASE("A verdict that changes from round to round, or from state to state, is a flake, told once") {
  Row changing = row("quiet", found(true));
  changing.add(found(false));
  CHECK_FALSE(every_claim_held({changing}));
  CHECK_THAT(report_of({changing}), ContainsSubstring("| lab02 | the state quiet | 2 | 9 | 50 | 0 | 0 | 1 | 0 | 0 |") &&
                                        ContainsSubstring("solutions/02-tcp-echo has passed 02.1.1 once, and failed it "
                                                          "once"));

  std::vector<Row> rows{row("quiet", found(true)), row("busy", found(false)), row("tenfold", found(true))};
  CHECK_FALSE(every_claim_held(rows));
  CHECK_THAT(report_of(rows), ContainsSubstring("the state quiet | 1 | 9 | 50 | 0 | 0 | 0 |") &&
                                  ContainsSubstring("the state busy | 1 | 9 | 50 | 0 | 0 | 1 |") &&
                                  ContainsSubstring("the state tenfold | 1 | 9 | 50 | 0 | 0 | 0 |"));

  rows[1].faulty = true;
  CHECK(every_claim_held(rows));
  rows[1].lab = "lab03";
  rows[1].faulty = false;
  CHECK(every_claim_held(rows));
}

TEST_CASE("Each kind of claim that does not hold spoils the report, and a wait that came near its limit does not") {
  for (auto kind : {&ProofRecord::false_alarms, &ProofRecord::missed, &ProofRecord::others}) {
    ProofRecord record = found(true);
    (record.*kind).emplace_back("this one");
    CHECK_FALSE(every_claim_held({row("quiet", record)}));
    CHECK_THAT(report_of({row("quiet", record)}),
               ContainsSubstring("- lab02, the state quiet: does not hold: this one"));
  }
  ProofRecord near = found(true);
  near.near_misses = {"that one"};
  CHECK(every_claim_held({row("quiet", near)}));
  CHECK_THAT(report_of({row("quiet", near)}), ContainsSubstring("- lab02, the state quiet: near miss: that one"));
}

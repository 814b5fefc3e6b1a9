// When a submission was handed in, as far as anything tells.
#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <ctime>
#include <filesystem>
#include <string>

#include "class/grading.hpp"
#include "class/intake.hpp"
#include "class/options.hpp"
#include "class/platform.hpp"
#include "some_submissions.hpp"

namespace fs = std::filesystem;

namespace {

void set_time(const std::string& path, const std::string& utc) {
  timespec times[2]{};
  times[0].tv_sec = times[1].tv_sec = classroom::time_from(utc);
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

classroom::Taken take_only(const std::string& folder) {
  auto all = classroom::submissions_in(folder, "");
  REQUIRE(all.submissions.size() == 1);
  CHECK(all.ignored.empty());
  classroom::Setting setting;
  setting.lab = find_lab("lab02");
  setting.recipe = classroom::recipe_of(setting.lab);
  setting.hold = classroom::probe_hold();
  std::string work = fresh(fs::path(folder).filename().string() + "-work");
  fs::permissions(work, fs::perms(0755));
  return classroom::take(all.submissions[0], setting, work + "/taken");
}

const std::string early = "2026-03-01T10:00:00Z", late = "2026-03-02T11:30:00Z";

}  // namespace

TEST_CASE("The newest of the files that were taken tells when a submission came") {
  std::string folder = fresh("handed-in"), own = folder + "/ada";
  hand_in(own, "int main() {}\n", "int main() {}\n");
  write_text(own + "/notes.txt", "not taken, and changed later\n");
  set_time(own + "/echo_server.cpp", early);
  set_time(own + "/echo_client.cpp", late);
  classroom::Taken taken = take_only(folder);
  CHECK(taken.submitted == late);
  CHECK(taken.submitted_from == "files");
  classroom::Grade grade;
  grade.submission = "somebody else's";
  classroom::Setting setting;
  CHECK(classroom::copied_grade(grade, taken, setting).submitted == late);

  // The same from an archive.
  std::string packed = fresh("handed-in-packed");
  for (const char* how : {"zip", "gnutar"}) {
    fs::remove_all(packed);
    fs::create_directories(packed);
    std::string file = packed + (how == std::string("zip") ? "/ada.zip" : "/ada.tar");
    REQUIRE(
        capture({CMAKE, "-E", "chdir", folder, CMAKE, "-E", "tar", "cf", file, std::string("--format=") + how, "ada"})
            .status == 0);
    CHECK(take_only(packed).submitted == late);
  }
}

TEST_CASE("Times that cannot be right, or are those of a clone, tell nothing") {
  std::string folder = fresh("handed-in-senseless"), own = folder + "/ada/labs/02-tcp-echo";
  hand_in(own, "int main() {}\n", "");
  for (const char* time : {"1980-01-01T00:00:00Z", "2199-01-01T00:00:00Z"}) {
    CAPTURE(time);
    set_time(own + "/echo_server.cpp", time);
    classroom::Taken taken = take_only(folder);
    CHECK(taken.submitted.empty());
    CHECK(taken.submitted_from.empty());
  }
  set_time(own + "/echo_server.cpp", early);
  CHECK(take_only(folder).submitted == early);
  fs::create_directories(folder + "/ada/.git");
  CHECK(take_only(folder).submitted.empty());
}

TEST_CASE("Gradescope's list tells names and times, and goes before the files") {
  std::string folder = fresh("handed-in-gradescope"), own = folder + "/submission_77";
  hand_in(own, "int main() {}\n", "");
  set_time(own + "/echo_server.cpp", early);
  write_text(folder + "/submission_metadata.yml",
             "---\n"
             "submission_77:\n"
             "  :submitters:\n"
             "  - :name: Ada Lovelace\n"
             "    :sid: '1815'\n"
             "    :email: ada@example.edu\n"
             "  - :name: Charles Babbage\n"
             "  :created_at: 2026-03-02 12:30:00.654553000 +01:00\n"
             "  :score: 1.0\n"
             "  :history:\n"
             "  - :id: 76\n"
             "    :created_at: 2026-02-27 12:30:00.000000000 +01:00\n"
             "submission_78:\n"
             "  :created_at: yesterday\n");
  classroom::Taken taken = take_only(folder);
  CHECK(taken.submission.learner == "Ada Lovelace");
  CHECK(taken.submitted == late);
  CHECK(taken.submitted_from == "platform");

  // All of it in one folder more, as it is unpacked.
  std::string above = fresh("handed-in-gradescope-above");
  fs::copy(folder, above + "/assignment_1_export", fs::copy_options::recursive);
  CHECK(take_only(above).submission.name == "submission_77");

  auto told = classroom::told_by_gradescope(text_of(folder + "/submission_metadata.yml"));
  CHECK(told.at("submission_78").submitted.empty());
  CHECK(classroom::told_by_gradescope("a: b\n  :created_at: 2026-03-02 12:30:00 Z\n\xff\n").empty());
  CHECK(classroom::told_by_gradescope("x:\n  :created_at: 2026-03-02 11:30:00.1 Z\n").at("x").submitted == late);
}

TEST_CASE("A penalty that rests on the times of files says so") {
  auto options = classroom::parse_options("due lab02 2026-03-01T12:00:00Z\nlate percent 10\n", "options.txt");
  auto graded = [&options](const std::string& from, const std::string& time) {
    classroom::Grade grade;
    grade.lab = "lab02";
    grade.submitted = time;
    grade.submitted_from = from;
    classroom::apply(options, grade);
    return grade;
  };
  CHECK(graded("files", late).late_penalty == 10);
  CHECK(notes_of(graded("files", late)) ==
        "When this was handed in is not known; its newest file is of 2026-03-02T11:30:00Z.\n");
  CHECK(graded("files", early).notes.empty());
  CHECK(graded("platform", late).late_penalty == 10);
  CHECK(graded("platform", late).notes.empty());
}

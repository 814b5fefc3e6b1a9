// What the names of submissions tell, and which of their files count.
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>
#include <vector>

#include "class/choice.hpp"
#include "class/intake.hpp"
#include "class/names.hpp"
#include "some_submissions.hpp"

using classroom::Choice;
using classroom::choose;
using classroom::what_the_name_tells;

TEST_CASE("The habits of the platforms are understood") {
  CHECK(what_the_name_tells("Ada Lovelace_12345_assignsubmission_file_").learner == "Ada Lovelace");
  CHECK(what_the_name_tells("submission_12345").learner == "submission_12345");
  CHECK(what_the_name_tells("lovelaceada_12345_67890_lab02").learner == "lovelaceada");
  CHECK(what_the_name_tells("lovelaceada_LATE_12345_67890_lab02").late);
  CHECK_FALSE(what_the_name_tells("lovelaceada_12345_67890_lab02").late);
  CHECK(what_the_name_tells("ada@example.edu_3_lab02").learner == "ada@example.edu");
  CHECK(what_the_name_tells("ada@example.edu_3_lab02").version == 3);
  CHECK(what_the_name_tells("ada").learner == "ada");
  CHECK(what_the_name_tells("Ада Лавлейс_7_assignsubmission_file_").learner == "Ада Лавлейс");
  // Files of one learner belong together.
  CHECK(what_the_name_tells("lovelaceada_1_22_echo_server.cpp").group ==
        what_the_name_tells("lovelaceada_1_23_echo_client.cpp").group);
}

TEST_CASE("Names become file names that every system takes") {
  using classroom::as_file_name;
  CHECK(as_file_name("a\nb/c\\d") == "a_b_c_d");
  CHECK(as_file_name("../../etc/passwd") == "_.._etc_passwd");
  CHECK(as_file_name("...") == "unnamed");
  CHECK(as_file_name("Ада") == "Ада");
  CHECK(as_file_name(std::string(99, 'x') + "ä").size() == 99);  // no half letter
  CHECK(as_file_name(std::string(4000, 'x')).size() == 100);
}

TEST_CASE("The files of the lab are found wherever they are") {
  Lab lab = find_lab("lab02");
  CHECK(choose({"echo_server.cpp"}, lab).files.at("echo_server.cpp") == "echo_server.cpp");
  CHECK(choose({"a/b/labs/02-tcp-echo/echo_server.cpp", "echo_server.cpp", "echo_client.cpp"}, lab)
            .files.at("echo_server.cpp") == "a/b/labs/02-tcp-echo/echo_server.cpp");
  CHECK(choose({"x/echo_server.cpp", "y/echo_server.cpp", "y/echo_client.cpp"}, lab).files.at("echo_server.cpp") ==
        "y/echo_server.cpp");
  CHECK(choose({"lovelaceada_1_2_echo_server-1.cpp", "lovelaceada_1_3_echo_client (2).cpp"}, lab).files.size() == 2);
  CHECK(choose({"solutions/02-tcp-echo/echo_server.cpp", "__MACOSX/._echo_server.cpp", ".build/echo_server.cpp"}, lab)
            .files.empty());
  Choice own = choose({"echo_server.cpp", "my_buffer.hpp", "my_buffer.cpp", "CMakeLists.txt"}, lab);
  CHECK(own.extra.size() == 2);
  // Neither large letters nor what lies beside the files matters; an archive in an archive is named.
  CHECK(choose({"Echo_Server.CPP", "report.pdf"}, lab).files.at("echo_server.cpp") == "Echo_Server.CPP");
  CHECK(choose({"Echo_Server.cpp", "echo_server.cpp"}, lab).files.at("echo_server.cpp") == "echo_server.cpp");
  CHECK(choose({"mine/inner.zip"}, lab).notes.at(0).find("mine/inner.zip, which was not opened") != std::string::npos);
  CHECK(choose({"labs/03-udp-echo/udp_echo_server.cpp"}, lab).notes.at(0).find("lab 03") != std::string::npos);
  CHECK(choose({"labs/02-tcp-echo/echo_server.cpp", "common/socket.cpp"}, lab).helper.contains("socket.cpp"));
}

TEST_CASE("Nobody is missing: what bears a learner's name is a submission, also when it cannot be graded") {
  std::string folder = fresh("nobody-missing");
  for (const char* name : {"lovelaceada_LATE_1_22_echo_server.cpp", "lovelaceada_LATE_1_23_report.pdf",
                           "turingalan_2_24_lab02.docx", "hopper.7z", "babbage.rar", "grades_2.xlsx", "README.txt"})
    write_text(folder + "/" + name, "x");
  auto all = classroom::submissions_in(folder, "");
  std::map<std::string, std::string> notes;
  for (const auto& one : all.submissions) notes[one.learner] = one.notes.empty() ? "" : one.notes[0];
  CHECK(notes ==
        std::map<std::string, std::string>{
            {"babbage", ""}, {"hopper", ""}, {"lovelaceada", "The platform marks it as late."}, {"turingalan", ""}});
  CHECK(all.ignored == std::vector<std::string>{"README.txt", "grades_2.xlsx"});
}

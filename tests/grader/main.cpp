// grade: builds the programs of a lab, judges them, and says what to do next.
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "board.hpp"
#include "campaign.hpp"
#include "class/class.hpp"
#include "class/report/command.hpp"
#include "class/similar.hpp"
#include "doctor.hpp"
#include "faults.hpp"
#include "proof.hpp"
#include "subprocess.hpp"
#include "trace.hpp"
#include "watch.hpp"

namespace {

constexpr const char* usage =
    "usage: grade COMMAND [OPTION]...\n"
    "\n"
    "  board LAB           judge one lab (lab02): each test, the failures in full, the score, what to do next\n"
    "  progress            all labs on one screen\n"
    "  watch [LAB]         build and judge again at each save below labs/\n"
    "  doctor              what this machine offers the grader\n"
    "  trace LAB -- PROGRAM [ARGUMENT]...\n"
    "                      run one of your programs by hand and see its socket calls as they happen;\n"
    "                      -- SERVER [ARGUMENT]... -- CLIENT [ARGUMENT]... runs two, and shows the packets between "
    "them\n"
    "  class FOLDER --lab LAB\n"
    "                      grade the submissions in FOLDER, each in a fence of its own\n"
    "  similar FOLDER --lab LAB\n"
    "                      submissions that share unusually much beyond what everybody was given\n"
    "  proof LAB           judge the lab's tests: reference, skeleton, alternatives, recorded mistakes\n"
    "  proof               every lab, in every state that a machine may be in, and one report\n"
    "  report RESULTS      make a gradebook, a page and what the platforms read from the grades of a class\n"
    "  merge RESULTS... --out FOLDER\n"
    "                      put the grades that several machines gave into one folder\n"
    "\n"
    "  --programs FOLDER   judge the programs in FOLDER as they are (board)\n"
    "  --solutions         judge the reference instead of labs/\n"
    "  --svg FILE, --text FILE\n"
    "                      write the sequence chart of the calls as a drawing, as text (trace)\n"
    "  -j N                tests, or submissions of a class, that run at the same time\n"
    "  --speed-factor X    stretch every limit X times (measured if left out)\n"
    "  --no-record         without the flight recorder and the faults that it brings about\n"
    "  --fault NAME        what shall happen to every program's calls: short-receives, interrupts, "
    "interrupted-connect,\n"
    "                      lost-accept\n"
    "  --results FOLDER    where the grades are (class; FOLDER-results/LAB if left out)\n"
    "  --only NAME         this submission alone (class; may be repeated)\n"
    "  --regrade           those that have been graded, too (class)\n"
    "  --seed N            of the messages and ports (class)\n"
    "  --without-containment  run the programs of a class as they are, where the machine cannot hold them\n"
    "  --without-mistakes  leave the recorded mistakes out (proof)\n"
    "  --rounds N, --condition NAME, --out FOLDER\n"
    "                      how often, in which of the states alone, where the report goes (proof of every lab)\n"
    "  --remember          note what the mistakes' failures say, for the board's guess (proof)\n"
    "  --shared-network    no private network: use the machine's loopback\n";

struct Arguments {
  std::vector<std::string> words;
  BoardOptions board;
  ProofOptions proof;
  CampaignOptions campaign;
  TraceOptions trace;
  ClassOptions class_options;
};

struct UsageError {
  std::string what;
};

double positive_number(const std::string& text) {
  char* end = nullptr;
  double number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(number > 0) || number > 1000) throw UsageError{"not a number above 0: " + text};
  return number;
}

unsigned long long whole_number(const std::string& text) {
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != std::string::npos)
    throw UsageError{"not a number of at most nine digits: " + text};
  return std::stoull(text);
}

std::string known_fault(const std::string& name) {
  std::string all;
  for (const auto& [known, faults] : harness::bearable_faults()) {
    if (known == name) return name;
    all += (all.empty() ? "" : ", ") + known;
  }
  throw UsageError{"there is no fault " + name + "; there are " + all};
}

std::string folder(const std::string& path) {
  std::error_code error;
  std::string absolute = std::filesystem::canonical(path, error).string();
  if (error || !std::filesystem::is_directory(absolute)) throw UsageError{"there is no folder " + path};
  return absolute;
}

Arguments parse(int argc, char* argv[]) {
  Arguments arguments;
  RunOptions& run = arguments.board.run;
  run.speed_factor = 0;
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    auto value = [&]() -> std::string {
      if (++i >= argc) throw UsageError{word + " wants a value"};
      return argv[i];
    };
    if (word == "--") {
      for (arguments.trace.commands.emplace_back(); ++i < argc;) {
        bool another = argv[i] == std::string("--") && i + 1 < argc && arguments.trace.commands.size() == 1 &&
                       !arguments.trace.commands[0].empty();
        if (another)
          arguments.trace.commands.emplace_back();
        else
          arguments.trace.commands.back().push_back(argv[i]);
      }
      if (arguments.trace.commands[0].empty()) arguments.trace.commands.clear();
      break;
    }
    ClassOptions& of_class = arguments.class_options;
    if (word == "--lab")
      of_class.lab = value();
    else if (word == "--results")
      of_class.results = value();
    else if (word == "--only")
      of_class.only.push_back(value());
    else if (word == "--regrade")
      of_class.regrade = true;
    else if (word == "--seed")
      of_class.seed = whole_number(value());
    else if (word == "--without-containment")
      of_class.without_containment = true;
    else if (word == "--svg")
      arguments.trace.svg = value();
    else if (word == "--text")
      arguments.trace.text = value();
    else if (word == "--solutions")
      arguments.board.tree = "solutions";
    else if (word == "--programs")
      arguments.board.programs = folder(value());
    else if (word == "--without-mistakes")
      arguments.proof.with_mistakes = false;
    else if (word == "--rounds")
      arguments.campaign.rounds = static_cast<int>(std::max(1ULL, whole_number(value())));
    else if (word == "--condition")
      arguments.campaign.conditions.push_back(value());
    else if (word == "--out")
      arguments.campaign.out = value();
    else if (word == "--remember")
      arguments.proof.remember = true;
    else if (word == "--shared-network")
      run.shared_network = true;
    else if (word == "--fault")
      run.fault = known_fault(value());
    else if (word == "--no-record")
      run.record = false;
    else if (word == "--speed-factor")
      run.speed_factor = positive_number(value());
    else if (word == "-j")
      run.workers = static_cast<std::size_t>(positive_number(value()));
    else if (word.starts_with("-"))
      throw UsageError{"unknown option " + word};
    else
      arguments.words.push_back(word);
  }
  return arguments;
}

int carry_out(Arguments arguments) {
  const auto& words = arguments.words;
  if (words.empty()) throw UsageError{"a command is missing"};
  std::string command = words[0], lab = words.size() > 1 ? words[1] : "";
  bool wants_lab = command == "board" || command == "trace",
       takes_lab = wants_lab || command == "watch" || command == "proof" || command == "class" || command == "similar";
  if (wants_lab && lab.empty()) throw UsageError{command + " wants a lab: grade " + command + " lab02"};
  if (words.size() > (takes_lab ? 2U : 1U)) throw UsageError{"too many words for " + command};

  if (!arguments.board.programs.empty() && command != "board" && command != "trace")
    throw UsageError{"--programs goes with board and trace"};
  if (arguments.trace.commands.empty() == (command == "trace"))
    throw UsageError{
        "a program stands behind --, and only for trace: grade trace lab02 -- echo_client 127.0.0.1 7000 hello"};
  if (command == "trace") {
    arguments.trace.folder =
        arguments.board.programs.empty() ? find_lab(lab).build_folder(arguments.board.tree) : arguments.board.programs;
    return trace(arguments.trace);
  }
  if (command == "doctor") return doctor();
  if (command == "class" || command == "similar") {
    ClassOptions& options = arguments.class_options;
    if (lab.empty() || options.lab.empty())
      throw UsageError{command + " wants a folder of submissions and a lab: grade " + command +
                       " submissions --lab lab02"};
    options.folder = folder(lab);
    if (command == "similar") return report_similar(options.folder, options.lab);
    options.run = arguments.board.run;
    options.at_once = options.run.workers;
    options.run.workers = 0;
    if (options.run.speed_factor == 0) options.run.speed_factor = measure_speed_factor();
    return grade_class(options);
  }
  const CampaignOptions& campaign = arguments.campaign;
  bool of_campaign = campaign.rounds != 1 || !campaign.conditions.empty() || !campaign.out.empty();
  if (of_campaign && command != "proof") throw UsageError{"--rounds, --condition and --out go with proof"};
  bool one_proof = command == "proof" && !lab.empty() && !of_campaign;
  if (command == "proof" && !one_proof) {
    if (arguments.proof.remember || !arguments.proof.with_mistakes)
      throw UsageError{"--remember and --without-mistakes go with the proof of one lab, in the state that there is"};
    if (!lab.empty()) arguments.campaign.labs = {lab};
    return prove_under_all_conditions(arguments.campaign, arguments.board.run);
  }
  if (arguments.board.run.speed_factor == 0) arguments.board.run.speed_factor = measure_speed_factor();
  // A board's status says that grading took place, not how it went.
  if (command == "board") return show_board(find_lab(lab), arguments.board), 0;
  if (command == "progress") return show_progress(arguments.board), 0;
  if (command == "watch") return watch(lab, arguments.board), 0;
  if (command == "proof") return prove(lab, arguments.board.run, arguments.proof);
  throw UsageError{"unknown command " + command};
}

}  // namespace

int main(int argc, char* argv[]) {
  try {
    end_children_on_interrupt();
    if (argc > 1 && classroom::is_report_command(argv[1])) return classroom::report_command({argv + 1, argv + argc});
    return carry_out(parse(argc, argv));
  } catch (const UsageError& error) {
    std::cerr << "grade: " << error.what << "\n\n" << usage;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "grade: " << error.what() << '\n';
    return 1;
  }
}

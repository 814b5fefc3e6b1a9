// Measures what people wait for, prints it, keeps it as data and makes a page of that.
//
// bench-figures [PART]...       all parts, or those that are named; what earlier runs found stays in the report
// bench-figures class=10        a trial with a class of ten
// bench-figures --page FILE     the page alone, from the data in FILE, on stdout
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "both_editions.hpp"
#include "class_speed.hpp"
#include "common_cost.hpp"
#include "edit_loop.hpp"
#include "files.hpp"
#include "findings.hpp"
#include "growth.hpp"
#include "machine.hpp"
#include "recorder_cost.hpp"
#include "saves.hpp"
#include "servers.hpp"
#include "subprocess.hpp"
#ifdef WITH_TLS
#include "tls_servers.hpp"
#endif

namespace fs = std::filesystem;

namespace {

struct Part {
  std::string name, title;
  std::function<void()> run;
};

int class_size = 60;

const std::vector<Part> parts{
    {"save", "From a saved change to the verdict, lab by lab", time_saves},
    {"edit", "The board when nothing has changed, and the first one",
     [] { time_unchanged_board(), time_first_board(); }},
    {"class", "Grading a class of lab 02", [] { time_class(class_size); }},
    {"recorder", "The flight recorder", [] { time_recorded_calls(), time_recorded_board(); }},
    {"common", "The helper in common/", time_common_calls},
    {"servers", "Lab 04: persistent_server beside others", compare_servers},
    {"idle", "Lab 04: ten thousand idle connections", compare_idle_crowds},
#ifdef WITH_TLS
    {"tls", "Lab 07: tls_echo_server beside others", compare_tls_servers},
#endif
    {"growth", "As the work grows", [] { time_more_tests(), time_more_connections(), time_more_idle_connections(); }},
    {"book", "The book", time_both_editions},
};

const std::string folder = std::string(BUILD) + "/bench-report", data = folder + "/figures.json",
                  page = folder + "/index.html";

void write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  if (!(file << text << std::flush)) throw std::runtime_error("cannot write " + path);
}

// After each part, so that what a long run has found is not lost with its end.
void keep(Report& report, PartReport part) {
  report.put(std::move(part));
  report.machine = describe_machine();
  write(data, to_json(report));
  write(page, page_of(from_json(harness::text_of(data))));
}

std::vector<Part> wanted(const std::vector<std::string>& names) {
  if (names.empty()) return parts;
  std::vector<Part> some;
  for (const std::string& name : names) {
    auto found = std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part.name == name; });
    if (found == parts.end()) throw std::runtime_error("there is no part " + name);
    some.push_back(*found);
  }
  return some;
}

// A part that fails leaves what it has found so far, and the others their turn.
bool measure(const std::vector<Part>& some) {
  bool well = true;
  fs::create_directories(folder);
  Report report = some.size() == parts.size() ? Report{} : from_json(harness::text_if_any(data));
  for (const Part& part : some) {
    begin_part(part.name, part.title);
    try {
      part.run();
    } catch (const std::exception& error) {
      well = false;
      print_note(std::string("This part ended early: ") + error.what());
    }
    keep(report, end_part());
  }
  std::printf("\n The page is %s\n the data   %s\n", page.c_str(), data.c_str());
  return well;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::vector<std::string> words(argv + 1, argv + argc);
    for (std::string& word : words)
      if (word.starts_with("class=")) {
        class_size = std::max(1, std::atoi(word.c_str() + 6));
        word = "class";
      }
    if (words.size() == 2 && words[0] == "--page") {
      Report report = from_json(harness::text_of(words[1]));
      if (report.parts.empty()) throw std::runtime_error(words[1] + " holds no report");
      std::fputs(page_of(report).c_str(), stdout);
      return 0;
    }
    end_children_on_interrupt();
    ::setenv("CCACHE_DISABLE", "1", 1);  // what a cache gives back was not compiled
    return measure(wanted(words)) ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench: %s\n", error.what());
    return 1;
  }
}

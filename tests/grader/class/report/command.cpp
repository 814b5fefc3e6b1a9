// grade report, grade merge
#include "class/report/command.hpp"

#include <algorithm>
#include <functional>
#include <iostream>
#include <stdexcept>

#include "class/merge.hpp"
#include "class/options.hpp"
#include "class/report/formats.hpp"
#include "class/report/records.hpp"
#include "class/report/text.hpp"

namespace classroom {
namespace report {
namespace {

constexpr const char* usage =
    "usage: grade report RESULTS [--format NAME] [--out FOLDER] [--options FILE]\n"
    "       grade merge RESULTS... --out FOLDER\n"
    "\n"
    "  RESULTS is a folder of grades, or one grade's file. All formats are written, into RESULTS/reports if no other "
    "folder\n"
    "  is named. With one grade and one format, --out names the file; - is the standard output.\n"
    "\n"
    "  for the class: json csv html junit      for each submission: gradescope classroom50 autolab\n";

struct UsageError : std::runtime_error {
  using runtime_error::runtime_error;
};

struct Format {
  const char* name;
  const char* file;  ///< of the class, or what follows the submission's name
  std::function<std::string(const Grades&)> of_class;
  std::function<std::string(const Grade&)> of_one;
};

const std::vector<Format>& formats() {
  static const std::vector<Format> all{
      {"json", "class.json", class_json, nullptr},
      {"csv", "gradebook.csv", gradebook_csv, nullptr},
      {"html", "class.html", class_page, nullptr},
      {"junit", "junit.xml", junit_xml, nullptr},
      {"gradescope", ".json", nullptr, gradescope_results},
      {"classroom50", ".json", nullptr,
       [](const Grade& grade) { return classroom50_result(grade, Classroom50::from_environment(grade)); }},
      {"autolab", ".txt", nullptr, autolab_output},
  };
  return all;
}

struct Arguments {
  std::vector<std::string> results;
  std::string format, out, options;
};

Arguments parse(const std::vector<std::string>& words) {
  Arguments arguments;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    auto value = [&]() -> const std::string& {
      if (++i >= words.size()) throw UsageError(word + " wants a value");
      return words[i];
    };
    if (word == "--format")
      arguments.format = value();
    else if (word == "--out")
      arguments.out = value();
    else if (word == "--options")
      arguments.options = value();
    else if (word.starts_with("--"))
      throw UsageError("unknown option " + word);
    else
      arguments.results.push_back(word);
  }
  const auto& all = formats();
  if (!arguments.format.empty() &&
      std::none_of(all.begin(), all.end(), [&](const Format& f) { return f.name == arguments.format; }))
    throw UsageError("there is no format called " + arguments.format);
  return arguments;
}

void write(const std::string& path, const std::string& text) {
  if (path == "-")
    std::cout << text << std::flush;
  else
    write_whole(path, text);
}

// What is not graded for a reason that is not the learner's must not reach a platform as a zero.
int write_format(const Format& format, const Grades& grades, const std::string& folder) {
  if (format.of_class) {
    write(folder + "/" + format.file, format.of_class(grades));
    std::cout << folder << '/' << format.file << '\n';
    return 0;
  }
  int left_out = 0;
  for (const Grade& grade : grades) {
    if (is_final(grade))
      write(folder + "/" + format.name + "/" + grade.lab + "/" + grade.submission + format.file, format.of_one(grade));
    else
      ++left_out;
  }
  std::cout << folder << '/' << format.name << "/   " << static_cast<int>(grades.size()) - left_out << " files\n";
  return left_out;
}

int write_one(const Format& format, const Grade& grade, const std::string& path) {
  if (format.of_class) return write(path, format.of_class({grade})), 0;
  if (!is_final(grade)) {
    std::cerr << "grade: " << grade.submission << " is " << grade.state << ": there is nothing to tell the platform\n";
    return 1;
  }
  write(path, format.of_one(grade));
  return 0;
}

Grades with_options(const Records& records, const std::string& file) {
  Options options = read_options(file);
  Grades grades;
  for (const Record& record : records.all) grades.push_back(record.grade);
  for (const std::string& id : unknown_tests(options, grades))
    std::cerr << "grade: the options name a test that is not there: " << id << '\n';
  for (Grade& grade : grades) apply(options, grade);
  return grades;
}

int report(const Arguments& arguments) {
  if (arguments.results.empty()) throw UsageError("report wants a folder of results: grade report results");
  if (arguments.results.size() > 1) throw UsageError("too many words for report");
  const std::string& results = arguments.results[0];
  Records records = read_records(results);
  for (const std::string& trouble : records.trouble) std::cerr << "grade: " << trouble << '\n';
  Grades grades = with_options(records, arguments.options);

  bool one_grade = results.ends_with(".json");
  if (one_grade && arguments.out.empty()) throw UsageError("for one grade, --out says where to write");
  bool one_file = one_grade && !arguments.format.empty() && grades.size() == 1;
  int left_out = 0;
  std::string folder = !arguments.out.empty() ? arguments.out : results + "/reports";
  for (const Format& format : formats()) {
    if (!arguments.format.empty() && arguments.format != format.name) continue;
    left_out = std::max(left_out,
                        one_file ? write_one(format, grades[0], arguments.out) : write_format(format, grades, folder));
  }
  if (!one_file && left_out > 0)
    std::cerr << "grade: not graded, so without a file for a platform: " << left_out << '\n';
  return left_out > 0 || !records.trouble.empty() ? 1 : 0;
}

int run(const std::vector<std::string>& words) {
  Arguments arguments = parse(words);
  if (words[0] == "report") return report(arguments);
  if (arguments.results.empty() || arguments.out.empty())
    throw UsageError("merge wants results and where they go: grade merge one two --out all");
  return merge(arguments.results, arguments.out);
}

}  // namespace
}  // namespace report

bool is_report_command(const std::string& word) { return word == "report" || word == "merge"; }

int report_command(const std::vector<std::string>& words) {
  try {
    return report::run(words);
  } catch (const report::UsageError& error) {
    std::cerr << "grade: " << error.what() << "\n\n" << report::usage;
    return 2;
  }
}

}  // namespace classroom

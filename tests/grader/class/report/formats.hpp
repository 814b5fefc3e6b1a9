#pragma once
#include <string>
#include <vector>

#include "class/grade.hpp"

/// One result, many formats. All of them are made from classroom::Grade alone, and all totals agree.
///
/// What a learner gets to see (Gradescope, Classroom 50, Autolab, JUnit) names no hidden test, but counts its points.
namespace classroom {

using Grades = std::vector<Grade>;

/// The records merged into one list, for other programs.
std::string class_json(const Grades& grades);

/// A gradebook (RFC 4180): a row a record, a column a part. Texts that a spreadsheet would take for a formula get an
/// apostrophe in front.
std::string gradebook_csv(const Grades& grades);

/// A page for the instructor in one file: it needs no network.
std::string class_page(const Grades& grades);

/// JUnit XML for continuous integration: a suite a record.
std::string junit_xml(const Grades& grades);

/// Gradescope's results.json.
std::string gradescope_results(const Grade& grade);

/// What Classroom 50's runner tells an autograder through its environment.
struct Classroom50 {
  std::string classroom, assignment, submission, commit, release, review;

  /// From CLASSROOM, ASSIGNMENT, SUBMISSION_TAG, COMMIT_URL, RELEASE_URL and REVIEW_URL; what is not set gets a word
  /// that says so, since the platform refuses empty texts.
  static Classroom50 from_environment(const Grade& grade);
};

/// Classroom 50's result.json.
std::string classroom50_result(const Grade& grade, const Classroom50& run);

/// What an Autolab autograder prints: the stages with their hints, then the scores, one line each.
std::string autolab_output(const Grade& grade);

}  // namespace classroom

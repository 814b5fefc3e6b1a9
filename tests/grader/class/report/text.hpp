#pragma once
#include <string>
#include <vector>

#include "class/grade.hpp"

/// What several formats have in common.
namespace classroom {

/// `text` as it may stand in XML and HTML, between tags and in quotes: escaped, and without the control characters that
/// XML 1.0 does not allow.
std::string markup(const std::string& text);

/// The parts with the points of their tests: earned with the bonus, possible without it.
std::vector<PartGrade> parts_of(const Grade& grade);

/// Divides `total` among the items in proportion to their points, in whole numbers that add up to it. No item gets more
/// than it had when `total` is at most their sum.
std::vector<int> shares(const std::vector<int>& points, int total);

/// What a learner is told about a test that has not passed; never empty.
std::string explanation(const TestGrade& test);

/// "2 days late: 20 percent off"; empty when nothing is taken off.
std::string penalty_text(const Grade& grade);

/// What holds for the submission as a whole: the score, programs that do not build, notes, the guess.
std::string summary(const Grade& grade);

/// True when the grade is final; otherwise it says nothing about the learner's work yet.
inline bool is_final(const Grade& grade) { return grade.state == "graded" || grade.state == "unusable"; }

}  // namespace classroom

#pragma once
#include <string>
#include <string_view>
#include <vector>

// Where the book explains the messages that a learner's program may print.
namespace harness {

struct ErrorPage {
  std::string_view message;  ///< as the system prints it
  std::string_view file;     ///< below docs/
  std::string_view heading;  ///< of the section about it; holds the message
};

/// All that the book has a section about.
const std::vector<ErrorPage>& error_pages();

/// The section about what ended the program (a sanitizer, an exception), or else about the known message that comes
/// last in `text`: programs say first what they did and last why it failed. \returns `docs/errors-talking.md "Broken
/// pipe"`, or nothing when no message in `text` is known
std::string where_explained(std::string_view text);

}  // namespace harness

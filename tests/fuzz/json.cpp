// What the tests tell `grade` and what it reads back of its own grades: JSON of any kind.
#include "json.hpp"

#include <stdexcept>
#include <string>

#include "fuzz.hpp"
#include "grade.hpp"

using harness::Json;

namespace {

void walk(const Json& json, int depth) {
  must(depth < 64, "bounded depth");
  for (const Json& item : json.items()) walk(item, depth + 1);
  for (const auto& [key, member] : json.members()) walk(member, depth + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  must(Json::parse(harness::json_string(text)).text() == text, "bytes come back from a JSON string");

  const Json json = Json::parse(text);
  walk(json, 0);
  must(json.kind() != Json::Kind::number || text.find_first_not_of("0123456789+-.eE \t\r\n") == std::string::npos,
       "a number is written as JSON writes numbers");
  // A file of grades may have been cut short, or written by somebody else.
  classroom::Grade grade;
  try {
    grade = classroom::grade_from(json);
  } catch (const std::runtime_error&) {
    return 0;
  }
  const std::string once = classroom::to_json(grade);
  const Json again = Json::parse(once);
  must(again.kind() == Json::Kind::object, "what is written can be read");
  must(classroom::to_json(classroom::grade_from(again)) == once, "what was read is written as it was");
  return 0;
}

#include "platform.hpp"

#include <sstream>
#include <stdexcept>

#include "options.hpp"

namespace classroom {
namespace {

std::string without_quotes(std::string text) {
  for (char quote : {'"', '\''})
    if (text.size() >= 2 && text.front() == quote && text.back() == quote) return text.substr(1, text.size() - 2);
  return text;
}

// "2021-02-08 21:42:44.654553000 -08:00", or Z at the end.
std::string utc(const std::string& text) {
  std::istringstream words(text);
  std::string date, time, zone;
  words >> date >> time >> zone;
  try {
    return utc_text(time_from(zone.empty() ? date : date + "T" + time + zone));
  } catch (const std::runtime_error&) {
    return "";
  }
}

}  // namespace

// A small part of YAML: a key a line, the folders without indentation.
std::map<std::string, Told> told_by_gradescope(const std::string& text) {
  std::map<std::string, Told> all;
  std::istringstream lines(text);
  Told* now = nullptr;
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.pop_back();
    if (!line.empty() && line.back() == ':' && line.front() != ' ' && line.front() != '-') {
      now = &all[without_quotes(line.substr(0, line.size() - 1))];
      continue;
    }
    auto value_of = [&line](const std::string& key) {
      std::size_t at = line.find_first_not_of(" -");
      return at != std::string::npos && line.compare(at, key.size(), key) == 0
                 ? without_quotes(line.substr(at + key.size()))
                 : std::string();
    };
    if (now == nullptr) continue;
    if (std::string name = value_of(":name: "); !name.empty() && now->learner.empty()) now->learner = name;
    // Those of earlier attempts stand deeper.
    if (std::string time = value_of(":created_at: "); !time.empty() && line.find_first_not_of(' ') == 2)
      now->submitted = utc(time);
  }
  return all;
}

}  // namespace classroom

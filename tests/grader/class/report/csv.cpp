// The gradebook: RFC 4180, with lines that end in CR LF.
#include <algorithm>

#include "class/json_writer.hpp"
#include "class/report/formats.hpp"
#include "class/report/text.hpp"

namespace classroom {
namespace csv {
namespace {

// A spreadsheet takes a text that begins so for a formula, and a name may be an attack.
std::string guarded(std::string text) {
  return !text.empty() && std::string("=+-@\t\r").find(text[0]) != std::string::npos ? "'" + text : text;
}

std::string field(const std::string& text) {
  std::string value = guarded(utf8(text)), quoted;
  std::erase_if(value,
                [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t'; });
  if (value.find_first_of(",\"\r\n") == std::string::npos) return value;
  for (char c : value) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return "\"" + quoted + "\"";
}

std::string row(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) line += (i == 0 ? "" : ",") + fields[i];
  return line + "\r\n";
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : "; ") + text;
  return all;
}

// Every part of every lab of the class, by its id.
std::vector<PartGrade> columns(const Grades& grades) {
  std::vector<PartGrade> all;
  for (const Grade& grade : grades)
    for (const PartGrade& part : parts_of(grade))
      if (std::none_of(all.begin(), all.end(), [&part](const PartGrade& p) { return p.id == part.id; }))
        all.push_back(part);
  std::stable_sort(all.begin(), all.end(), [](const PartGrade& a, const PartGrade& b) {
    return a.id.size() != b.id.size() && a.id.substr(0, 3) == b.id.substr(0, 3) ? a.id.size() < b.id.size()
                                                                                : a.id < b.id;
  });
  return all;
}

}  // namespace
}  // namespace csv

std::string gradebook_csv(const Grades& grades) {
  using csv::field;
  std::vector<PartGrade> parts = csv::columns(grades);
  std::vector<std::string> header{"submission", "learner", "lab", "state"};
  for (const PartGrade& part : parts) header.push_back(field(part.id + (part.title.empty() ? "" : " " + part.title)));
  for (const char* name : {"points", "possible", "bonus possible", "days late", "percent off", "total", "submitted",
                           "looks like", "notes"})
    header.push_back(name);

  std::string text = csv::row(header);
  for (const Grade& grade : grades) {
    std::vector<std::string> fields{field(grade.submission), field(grade.learner), field(grade.lab),
                                    field(grade.state)};
    std::vector<PartGrade> own = parts_of(grade);
    for (const PartGrade& part : parts) {
      auto found = std::find_if(own.begin(), own.end(), [&part](const PartGrade& p) { return p.id == part.id; });
      fields.push_back(found == own.end() ? "" : std::to_string(found->points));
    }
    for (int number : {grade.points(), grade.possible(), grade.bonus(), grade.days_late, grade.late_penalty})
      fields.push_back(std::to_string(number));
    // An empty total is no zero: nothing is known about this work yet.
    fields.push_back(is_final(grade) ? std::to_string(grade.after_penalty()) : "");
    for (const std::string& last : {grade.submitted, grade.looks_like, csv::joined(grade.notes)})
      fields.push_back(field(last));
    text += csv::row(fields);
  }
  return text;
}

}  // namespace classroom

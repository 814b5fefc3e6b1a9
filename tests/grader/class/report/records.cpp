#include "class/report/records.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <tuple>

#include "files.hpp"

namespace classroom {
namespace {

namespace fs = std::filesystem;

void read_record(const fs::path& path, Records& records) {
  try {
    records.all.push_back({path.string(), grade_from(harness::Json::parse(harness::text_of(path)))});
  } catch (const std::exception&) {
    records.trouble.push_back(path.string() + " is not a grade, or not a whole one");
  }
}

bool is_lab_folder(const std::string& name) { return name.size() == 5 && name.starts_with("lab"); }

std::vector<fs::path> record_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == ".json") files.push_back(entry.path());
    if (!entry.is_directory() || !is_lab_folder(entry.path().filename().string())) continue;
    for (const auto& inner : fs::directory_iterator(entry.path()))
      if (inner.is_regular_file() && inner.path().extension() == ".json") files.push_back(inner.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Records read_records(const std::string& path) {
  Records records;
  std::error_code error;
  if (fs::is_directory(path, error)) {
    for (const fs::path& file : record_files(path)) read_record(file, records);
  } else if (fs::is_regular_file(path, error)) {
    read_record(path, records);
  } else {
    throw std::runtime_error("there are no results: " + path + " is neither a folder nor a file");
  }
  if (records.all.empty() && records.trouble.empty()) throw std::runtime_error("there are no results in " + path);
  std::stable_sort(records.all.begin(), records.all.end(), [](const Record& a, const Record& b) {
    return std::tie(a.grade.lab, a.grade.submission) < std::tie(b.grade.lab, b.grade.submission);
  });
  return records;
}

bool has_records(const std::string& folder) {
  std::error_code error;
  return fs::is_directory(folder, error) && !record_files(folder).empty();
}

void write_whole(const std::string& path, const std::string& text) {
  std::error_code error;
  fs::path target(path);
  if (target.has_parent_path()) fs::create_directories(target.parent_path(), error);
  std::string unfinished = path + ".unfinished." + std::to_string(::getpid());
  {
    std::ofstream file(unfinished, std::ios::binary);
    file << text;
    file.flush();
    if (file) fs::rename(unfinished, path, error);
    if (file && !error) return;
  }
  std::error_code ignored;
  fs::remove(unfinished, ignored);
  throw std::runtime_error("cannot write " + path + (error ? ": " + error.message() : ""));
}

}  // namespace classroom

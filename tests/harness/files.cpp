#include "files.hpp"

#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace harness {
namespace {

// A folder can be opened, and fails when it is read.
std::optional<std::string> read_whole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file.is_open()) text << file.rdbuf();
  if (!file.is_open() || text.bad() || std::filesystem::is_directory(path)) return std::nullopt;
  return text.str();
}

}  // namespace

std::string text_of(const std::filesystem::path& path) {
  if (std::optional<std::string> text = read_whole(path)) return *std::move(text);
  throw std::runtime_error("cannot read " + path.string());
}

std::string text_if_any(const std::filesystem::path& path) { return read_whole(path).value_or(""); }

}  // namespace harness

#pragma once
#include <filesystem>
#include <string>

namespace harness {

/// All bytes of a file.
/// \throws std::runtime_error when it cannot be read
std::string text_of(const std::filesystem::path& path);

/// The same, or nothing where it cannot be read.
std::string text_if_any(const std::filesystem::path& path);

}  // namespace harness

#pragma once
#include <filesystem>
#include <string>
#include <vector>

/// A page of the built book.
struct Page {
  std::string name;  ///< "lab02.html"
  std::string html;
};

/// \throws std::runtime_error when there is no such file
std::string text_of(const std::filesystem::path& file);

/// Every page of an edition. A test fails if there are suspiciously few.
std::vector<Page> pages_of(const std::filesystem::path& edition);

/// What the first group of `pattern` matches, everywhere in `text`, in order.
std::vector<std::string> matches(const std::string& text, const std::string& pattern);

/// The text as people read it: no tags, no entities.
std::string plain_text(const std::string& html);

#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "files.hpp"
#include "subprocess.hpp"

/// An empty folder of this name.
std::filesystem::path empty_folder(const std::string& name);

using harness::text_of;
void write(const std::filesystem::path& path, const std::string& text);

/// Runs a command in `folder` by the shell.
Captured in(const std::filesystem::path& folder, const std::string& command);

/// Runs a script of tests/packages/ on the tree `source`; what it makes goes to `output`.
Captured make_package(const std::string& script, const std::filesystem::path& source,
                      const std::filesystem::path& output);

/// The files below `folder`, as paths in it.
std::vector<std::string> files_in(const std::filesystem::path& folder);

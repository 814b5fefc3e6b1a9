#include "scratch.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace fs = std::filesystem;

fs::path empty_folder(const std::string& name) {
  fs::path folder = fs::path(SCRATCH) / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

Captured in(const fs::path& folder, const std::string& command) {
  return capture({"/bin/sh", "-c", "cd '" + folder.string() + "' && " + command});
}

Captured make_package(const std::string& script, const fs::path& source, const fs::path& output) {
  return capture({CMAKE, "-D", "SOURCE=" + source.string(), "-D", "OUTPUT=" + output.string(), "-P",
                  SOURCE "/tests/packages/" + script});
}

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (!entry.is_directory()) files.push_back(fs::relative(entry.path(), folder).string());
  std::sort(files.begin(), files.end());
  return files;
}

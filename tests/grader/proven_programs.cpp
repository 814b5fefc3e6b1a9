#include "proven_programs.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <vector>

#include "files.hpp"
#include "fnv.hpp"

namespace fs = std::filesystem;

namespace {

bool is_program(const fs::directory_entry& entry) {
  std::error_code gone;
  return entry.is_regular_file(gone) && (entry.status(gone).permissions() & fs::perms::owner_exec) != fs::perms::none;
}

std::vector<std::string> programs_in(const std::vector<std::string>& places) {
  std::vector<std::string> paths;
  for (const std::string& place : places)
    if (fs::is_directory(place)) {
      for (const auto& entry : fs::recursive_directory_iterator(place))
        if (is_program(entry)) paths.push_back(entry.path().string());
    } else {
      paths.push_back(place);
    }
  std::sort(paths.begin(), paths.end());
  return paths;
}

// When each was written: as long as that has not changed, a hundred megabytes need not be read once more.
std::vector<fs::file_time_type> times_of(const std::vector<std::string>& paths) {
  std::vector<fs::file_time_type> times;
  std::error_code gone;
  for (const std::string& path : paths) times.push_back(fs::last_write_time(path, gone));
  return times;
}

std::uint64_t fingerprint_of_files(const std::vector<std::string>& paths) {
  std::uint64_t fingerprint = fnv1a("");
  for (const std::string& path : paths)
    fingerprint = fnv1a(harness::text_if_any(path), fnv1a(path + '\0', fingerprint));
  return fingerprint;
}

struct Known {
  std::vector<std::string> paths;
  std::vector<fs::file_time_type> times;
  std::uint64_t fingerprint;
};

}  // namespace

std::uint64_t fingerprint_of_programs(const std::vector<std::string>& places) {
  static std::map<std::vector<std::string>, Known> known_by_places;
  std::vector<std::string> paths = programs_in(places);
  std::vector<fs::file_time_type> times = times_of(paths);
  auto known = known_by_places.find(places);
  if (known != known_by_places.end() && known->second.paths == paths && known->second.times == times)
    return known->second.fingerprint;
  std::uint64_t fingerprint = fingerprint_of_files(paths);
  known_by_places[places] = {paths, times, fingerprint};
  return fingerprint;
}

std::uint64_t fingerprint_of_proven_programs(const Lab& lab) {
  return fingerprint_of_programs({SOCKET_LABS_RECORDER, build_folder() + "/tests/" + lab.stem,
                                  lab.build_folder("solutions"), lab.build_folder("labs")});
}

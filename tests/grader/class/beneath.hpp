#pragma once
#include <cstddef>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

namespace classroom {

/// Looking at a folder that a stranger has filled: no link is followed, no pipe or device is opened, and all sizes are
/// bounded.
class Beneath {
 public:
  /// \throws std::runtime_error when `folder` cannot be opened
  explicit Beneath(const std::string& folder);
  ~Beneath();
  Beneath(const Beneath&) = delete;
  Beneath& operator=(const Beneath&) = delete;

  /// Paths of the files (links and pipes among them, so that they can be complained of), relative to the folder, in the
  /// order of their names; `cut_short` when there are more than 20,000 entries or the folders are nested deeper
  /// than 16.
  std::vector<std::string> files() const;
  bool cut_short() const { return cut_short_; }

  /// A file's content. Nothing when it is not a regular file, is reached through a link, or is larger than `most`; then
  /// `why` says so. `modified` is set to the time of its last change.
  std::optional<std::string> read(const std::string& path, std::size_t most, std::string& why,
                                  std::time_t* modified = nullptr) const;

  /// True when there is something at `path`, reached through no link.
  bool has(const std::string& path) const;

 private:
  void look(int folder, const std::string& prefix, int depth, std::size_t& count,
            std::vector<std::string>& found) const;
  int folder_ = -1;
  mutable bool cut_short_ = false;
};

}  // namespace classroom

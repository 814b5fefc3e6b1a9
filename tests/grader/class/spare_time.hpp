#pragma once
#include <string>

namespace classroom {

/// How much of the machine's processor time nobody wanted lately.
class SpareTime {
 public:
  SpareTime();

  /// From 0 to 1, since the last question; 0 where the kernel does not tell.
  /// \see \man{proc_stat,5}
  double share();

 private:
  std::string before_;
};

/// The same between two readings of /proc/stat.
double spare_share(const std::string& before, const std::string& after);

}  // namespace classroom

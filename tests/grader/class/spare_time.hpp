#pragma once
#include <cstddef>
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

/// How many submissions suit the machine from now on, when it was `at_once` until now and so much time was spare: one
/// more, one less or as many, but never fewer than `least` nor more than `most`.
std::size_t suited(std::size_t at_once, double spare, std::size_t least, std::size_t most);

}  // namespace classroom

#pragma once
#include <sys/types.h>

#include <cstddef>

// Limits of programs that are running already (prlimit(2)).
namespace harness {

class Program;

/// Lets this process have as many descriptors as it may. A crowd needs them.
/// \returns how many that is
std::size_t raise_own_descriptors();

/// While it lives, the program and all that it has started are given no further descriptor: what opens one fails with
/// EMFILE. Those that are open stay. What is closed meanwhile can be opened again.
class NoFreeDescriptors {
 public:
  explicit NoFreeDescriptors(const Program& program);  ///< From now on, for a program under test.
  explicit NoFreeDescriptors(pid_t root);              ///< The same, for a process and what it has started.
  ~NoFreeDescriptors() { lift(); }
  NoFreeDescriptors(const NoFreeDescriptors&) = delete;
  NoFreeDescriptors& operator=(const NoFreeDescriptors&) = delete;

  /// Gives back what was allowed before.
  void lift();

 private:
  pid_t root_;
  std::size_t before_ = 0;
  bool lifted_ = false;
};

}  // namespace harness

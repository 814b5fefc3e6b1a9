#pragma once
#include <string>
#include <vector>

namespace harness {

/// A fence around a program: which files it may reach (landlock(7)), whom it may signal, and a few system calls that
/// no program of a lab needs and that would lead past our limits. Made before the fork, entered after it; it cannot be
/// left, and holds for everything that the program starts.
class Fence {
 public:
  /// A fence in which the system's own programs, libraries and headers can be read, and nothing else.
  Fence();
  ~Fence();
  Fence(const Fence&) = delete;
  Fence& operator=(const Fence&) = delete;

  /// Opens a file or a folder with all that is in it. What does not exist is passed over.
  void allow_reading(const std::string& path);
  void allow_writing(const std::string& path);

  /// Safe between fork and exec.
  /// \returns false when the system has such a fence and it could not be entered: the program must not run then. Where
  /// the system has none, the calls alone are kept away.
  bool enter() const noexcept;

  /// The version of the kernel's Landlock, 0 where there is none. From 6 on it keeps signals inside, too.
  static int version();

 private:
  void allow(const std::string& path, unsigned long long access);
  bool there_ = false;
  int rules_ = -1;
};

}  // namespace harness

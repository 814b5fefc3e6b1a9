#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "faults.hpp"

// What the flight recorder has noted of a program (tests/recorder). Evidence for messages, never for verdicts: the
// program itself could have written it, and what is not in it may have happened all the same.
namespace harness {

/// One call of the program. Times are nanoseconds of CLOCK_MONOTONIC, which std::chrono::steady_clock shows too.
struct RecordedCall {
  std::uint64_t number = 0, begun = 0, ended = 0;
  int pid = 0, thread = 0, fd = -1, error = 0, detail = 0;
  std::int64_t result = 0, asked = 0;
  std::string name;     ///< "recv"
  std::string address;  ///< "127.0.0.1:7000" or empty
  std::string bytes;    ///< the first of what was sent or received
  std::vector<std::uint32_t> places;
  bool injected = false;
  /// The kind of its socket, known when it connects, is closed, or when 0 bytes were sent or received.
  bool of_stream = false, of_datagrams = false;

  bool finished() const { return ended != 0; }
  bool failed() const { return finished() && result < 0; }
  /// A call that moves bytes to the peer, or from it.
  bool sends() const;
  bool receives() const;
  /// poll, select or epoll_wait.
  bool waits() const;
};

class Recording {
 public:
  /// Makes the shared memory. Where that fails, or there is no recorder, nothing is recorded and nothing else changes.
  /// \param library the recorder's shared library
  explicit Recording(const std::string& library, const Faults& faults = {});
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  /// What the program's environment needs: LD_PRELOAD and the place of the memory.
  std::vector<std::string> environment() const;

  /// A file that the program must be allowed to write, or empty.
  const std::string& file() const { return file_; }

  /// True when the recorder was loaded into a program. A static program does not load it.
  bool loaded() const;

  /// Calls made so far.
  std::uint64_t count() const;

  /// The last calls, in the order in which they began. What cannot be a call is left out.
  std::vector<RecordedCall> calls() const;

 private:
  std::string library_;
  std::string file_;  // where the program cannot reach our descriptors
  int fd_ = -1;
  void* memory_ = nullptr;
};

}  // namespace harness

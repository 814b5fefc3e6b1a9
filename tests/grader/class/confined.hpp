#pragma once
#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace classroom {

/// A command that works on a stranger's files: a compiler, an unpacker. It runs behind a fence, under limits.
struct Confined {
  std::vector<std::string> command;
  std::string folder;                 ///< where it starts, with its TMPDIR
  std::vector<std::string> readable;  ///< besides the system's own
  std::vector<std::string> writable;
  uid_t user = 0;  ///< whom it runs as, when we are root
  std::size_t processor_seconds = 10;
  std::size_t seconds = 60;  ///< after these it is ended if it just waits; on a busy machine it may still want to run
  std::size_t memory = 2048, file = 64;  ///< MiB
  std::size_t output = 64 * 1024;        ///< bytes that are kept; more than 64 times as much ends it
  bool only_stdout = false;
  std::function<bool()> too_much = {};  ///< asked now and then; true ends it
};

struct Ended {
  int status = 0;  ///< exit status, or 128 + signal
  std::string output;
  std::string cut;      ///< why it was ended: "it wrote a file larger than 4 MiB"; empty when it ended by itself
  bool killed = false;  ///< by somebody else: no limit of ours was reached
  bool well() const { return status == 0 && cut.empty(); }
};

/// What a machine in trouble does to us (no memory left, a person's kill): no fault of the submission.
struct KilledFromOutside : std::runtime_error {
  using runtime_error::runtime_error;
};

/// Runs all of them, `at_once` at the same time; the results are in the order of the commands.
std::vector<Ended> run_confined(const std::vector<Confined>& all, std::size_t at_once);

}  // namespace classroom

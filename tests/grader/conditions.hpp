#pragma once
#include <sched.h>
#include <sys/types.h>

#include <string>
#include <vector>

/// The states of a machine in which a verdict must stay what it is.

struct Condition {
  std::string name;  ///< one word, for a command line
  std::string what;  ///< for a reader
  int busy = 0;      ///< endless loops that want each processor
  bool one_processor = false;
  bool shared_network = false;
};

const std::vector<Condition>& conditions();

/// Brings a condition about for this process and everything that it starts, as long as the object lives.
class UnderCondition {
 public:
  /// \throws std::system_error when the machine does not let it; then all is as it was
  explicit UnderCondition(const Condition& condition);
  ~UnderCondition();
  UnderCondition(const UnderCondition&) = delete;
  UnderCondition& operator=(const UnderCondition&) = delete;

 private:
  void bring_about(const Condition& condition);
  void end();

  cpu_set_t before_;
  std::vector<pid_t> loops_;
};

#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

/// A server that is measured: started with `HOST PORT`, ended with the object.
class ServerUnderLoad {
 public:
  /// \param command the program and what stands before `127.0.0.1 0`
  /// \param rest what stands after them
  /// \throws std::runtime_error when it does not say where it listens
  explicit ServerUnderLoad(const std::vector<std::string>& command, const std::vector<std::string>& rest = {});
  ~ServerUnderLoad();
  ServerUnderLoad(const ServerUnderLoad&) = delete;
  ServerUnderLoad& operator=(const ServerUnderLoad&) = delete;

  std::uint16_t port() const { return port_; }

  /// Its resident memory in KiB.
  long resident_kib() const;

  /// What it and its threads have used of the processor.
  double processor_seconds() const;

 private:
  void end();

  pid_t pid_ = -1;
  int output_ = -1;
  std::uint16_t port_ = 0;
};

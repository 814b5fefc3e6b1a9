#pragma once
// Given: the shell around the functions that you write.
#include <string>
#include <string_view>
#include <vector>

#include "handle.hpp"

/// Carries out one command a line. It owns the sockets that its commands have made, and closes them when it ends.
class Shell {
 public:
  /// The answer to one line: what the call gave, or a line that begins with `error:`. Empty for an empty line.
  std::string answer(std::string_view line);

 private:
  struct Entry {
    Handle handle;
    int family;   // AF_INET or AF_INET6
    int type;     // SOCK_STREAM or SOCK_DGRAM
    bool closed;  // its number may have been given out again
  };

  std::string carry_out(const std::string& command, std::string_view rest);
  std::string keep(int fd, int family, int type);
  Entry& entry(std::string_view& rest);
  std::string close(Entry& entry);

  std::vector<Entry> entries_;
};

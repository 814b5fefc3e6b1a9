#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// What each target is: a function that takes any bytes and must come back. A coverage-guided fuzzer (libFuzzer) calls
/// it with bytes of its own; the replay calls it with those of corpus/.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Bytes decide. What is drawn comes off the front; when nothing is left it is zero.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  unsigned byte() { return static_cast<unsigned char>(take(1).empty() ? '\0' : last_.front()); }
  std::string_view take(std::size_t most) {
    last_ = rest_.substr(0, most);
    rest_.remove_prefix(last_.size());
    return last_;
  }
  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_, last_;
};

/// Ends the process when what always holds does not.
inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

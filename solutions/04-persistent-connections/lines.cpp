#include "lines.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>

#include "error.hpp"
#include "frame.hpp"

void Lines::read() {
  static std::array<char, 64 * 1024> buffer;
  ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count < 0) net::throw_errno("read stdin");
  if (count == 0) ended_ = true;
  bytes_.append({buffer.data(), static_cast<std::size_t>(count)});
}

std::optional<std::string_view> Lines::next() {
  take_off_last();
  std::string_view rest = bytes_.view();
  std::size_t end = rest.find('\n', looked_at_);
  std::size_t length = std::min(end, rest.size());
  if (length > longest_request) throw std::runtime_error("a line is longer than " + std::to_string(longest_request) + " bytes");
  looked_at_ = length;
  if (end == std::string_view::npos && (!ended_ || rest.empty())) return {};
  last_ = std::min(length + 1, rest.size());
  return rest.substr(0, length);
}

void Lines::take_off_last() noexcept {
  if (last_ == 0) return;
  bytes_.drop(last_);
  last_ = looked_at_ = 0;
}

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
  net::not_written("04.5 lines to frames");
}

void Lines::take_off_last() noexcept {
  if (last_ == 0) return;
  bytes_.drop(last_);
  last_ = looked_at_ = 0;
}

#include "handle.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "not_written.hpp"

Handle::Handle(Handle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Handle& Handle::operator=(Handle&& other) noexcept {
  Handle taken(std::move(other));  // also when `other` is this very handle
  std::swap(fd_, taken.fd_);
  return *this;
}

Handle::~Handle() {
  if (fd_ >= 0) ::close(fd_);
}

void Handle::close() {
  // The number goes first: after close, successful or not, it is not ours any more.
  int fd = std::exchange(fd_, -1);
  if (::close(fd) < 0) throw std::system_error(errno, std::generic_category(), "close");
}

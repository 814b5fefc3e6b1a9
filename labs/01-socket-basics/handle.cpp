#include "handle.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "not_written.hpp"

// Until you write 01.10, handles share their number, and nobody closes it. The four functions belong together: a
// destructor that closes while moving still shares the number closes every socket at once.
Handle::Handle(Handle&& other) noexcept : fd_(other.fd_) {}

Handle& Handle::operator=(Handle&& other) noexcept {
  fd_ = other.fd_;
  return *this;
}

Handle::~Handle() {}

void Handle::close() {
  not_written("01.10 close: the owning handle", fd_);
}

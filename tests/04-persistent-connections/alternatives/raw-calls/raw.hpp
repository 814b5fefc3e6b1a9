#pragma once
// System calls by their numbers alone: nothing that is preloaded sees them.
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

namespace raw {

inline long socket(int family) { return syscall(SYS_socket, family, SOCK_STREAM | SOCK_CLOEXEC, 0); }
inline long read(long fd, char* to, size_t most) { return syscall(SYS_read, fd, to, most); }
inline long close(long fd) { return syscall(SYS_close, fd); }

/// What is left to be waited for, or all of `left`; -1 is for ever.
inline long poll(pollfd* fds, size_t count, long left_ms = -1) {
  timespec limit{left_ms / 1000, left_ms % 1000 * 1'000'000};
  return syscall(SYS_ppoll, fds, count, left_ms < 0 ? nullptr : &limit, nullptr, 0);
}

/// 0 or what went wrong. A connect that was interrupted goes on in the background; making it again would fail.
inline int connect(long fd, const sockaddr* to, socklen_t length) {
  if (syscall(SYS_connect, fd, to, length) == 0) return 0;
  if (errno != EINTR) return errno;
  pollfd connected{static_cast<int>(fd), POLLOUT, 0};
  while (poll(&connected, 1) < 0)
    if (errno != EINTR) return errno;
  int error = 0;
  socklen_t size = sizeof error;
  return syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

/// Sends what is taken now, without waiting and without SIGPIPE, and takes it off the front.
/// \returns false when the other side has gone
inline bool send_some(long fd, std::string& bytes) {
  iovec part{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  long n = syscall(SYS_sendmsg, fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n > 0) bytes.erase(0, static_cast<size_t>(n));
  return n >= 0 || errno == EAGAIN || errno == EINTR;
}

/// Receives what is there.
/// \returns -1 when the connection is broken, -2 when nothing is there
inline long receive_some(long fd, std::string& bytes) {
  static char buffer[65536];
  iovec part{buffer, sizeof buffer};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  long n = syscall(SYS_recvmsg, fd, &message, MSG_DONTWAIT);
  if (n > 0) bytes.append(buffer, static_cast<size_t>(n));
  return n < 0 && (errno == EAGAIN || errno == EINTR) ? -2 : n;
}

inline void write_all(long fd, const std::string& bytes) {
  for (size_t told = 0; told < bytes.size();) {
    iovec part{const_cast<char*>(bytes.data()) + told, bytes.size() - told};
    long n = syscall(SYS_writev, fd, &part, 1);
    if (n < 0 && errno != EINTR) std::exit(1);
    if (n > 0) told += static_cast<size_t>(n);
  }
}

}  // namespace raw

constexpr size_t longest = 1 << 20;

inline std::string header_of(size_t length) {
  std::string header;
  for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>(length >> shift & 255);
  return header;
}

/// The length that stands at `from`, or more than any when it is not whole yet.
inline size_t length_at(const std::string& bytes, size_t from) {
  if (bytes.size() - from < 4) return ~size_t{0};
  size_t length = 0;
  for (size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(bytes[from + i]);
  return length;
}

[[noreturn]] inline void fail(const std::string& program, const std::string& what, const char* reason) {
  raw::write_all(2, program + ": " + what + ": " + reason + "\n");
  std::exit(1);
}

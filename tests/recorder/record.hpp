#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>

/// The memory that the flight recorder, inside the program under test, shares with the harness.
///
/// The program can write anything here, so what is read from it is evidence for a message and never for a verdict.
namespace recorder {

/// Names the file with the shared memory; the harness sets it for the exec of the program alone.
constexpr const char* variable = "SOCKET_LABS_RECORD";

constexpr std::uint32_t magic = 0x534c5231;
constexpr std::size_t capacity = 4096;  ///< calls that are kept; older ones are overwritten
constexpr std::size_t kept_bytes = 24;  ///< of what a call sent or received
constexpr std::size_t kept_places = 4;  ///< callers of a call that opens a descriptor

enum class Call : std::uint16_t {
  none,
  socket,
  bind,
  listen,
  accept,
  connect,
  send,
  sendto,
  sendmsg,
  recv,
  recvfrom,
  recvmsg,
  read,
  write,
  readv,
  writev,
  close,
  shutdown,
  setsockopt,
  poll,
  select,
  epoll_wait,
  sendfile,
  dup,
  count
};

/// What else is known of a call. Which kind of socket it was is noted where it matters: when it connects, when it is
/// closed, and when 0 bytes were sent or received, which is an end on a stream and a message among datagrams.
enum Flag : std::uint8_t { injected = 1, stream = 2, datagrams = 4 };

/// One call. It is entered when it begins and completed when it ends.
struct Entry {
  std::atomic<std::uint64_t> ticket;  ///< its number, from 1; written last when it begins, 0 while it is being written
  std::uint64_t begun;                ///< on CLOCK_MONOTONIC, in nanoseconds
  std::atomic<std::uint64_t> ended;   ///< 0 while it waits; written last
  std::int64_t result;
  std::int64_t asked;  ///< bytes; for close: bytes that had arrived and were not read
  std::int32_t pid, thread, fd, error;
  std::uint16_t call;
  std::uint8_t flags, size;    ///< size of `bytes`
  std::uint16_t port, family;  ///< of the address that the call names, the port in host byte order
  std::uint8_t address[16];
  std::int32_t detail;  ///< how, option, timeout, flags
  std::uint8_t bytes[kept_bytes];
  std::uint32_t places[kept_places];  ///< return addresses, as offsets into the program's file
};
static_assert(sizeof(Entry) == 128);

/// A failure that happens to one call: the `after`-th of its kind.
struct Failure {
  std::int32_t kind;   ///< 0 none, else a Kind
  std::int32_t error;  ///< errno
  std::int32_t nth;    ///< 1 is the first such call
  std::atomic<std::int32_t> seen;
};
enum Kind : std::int32_t { accepting = 1, receiving, sending, connecting, waiting };

/// What shall happen to the program's calls. Written by the harness before the program starts.
struct Faults {
  std::int32_t receive_most;  ///< bytes a receive on a stream gives at most; 0: no limit
  std::int32_t send_most;     ///< bytes a send on a stream takes at most; 0: no limit
  std::int32_t
      interrupt_every;  ///< one in n of the calls that can wait ends with EINTR, the first of each kind too; 0: none
  std::atomic<std::uint32_t> waits[6];  ///< by kind
  Failure failures[4];
};

struct Memory {
  std::uint32_t magic;
  std::atomic<std::uint32_t> loaded;  ///< programs that have mapped this
  std::atomic<std::uint64_t> next;    ///< calls so far
  Faults faults;
  Entry entries[capacity];
};

}  // namespace recorder

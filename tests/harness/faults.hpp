#pragma once
#include <string>
#include <utility>
#include <vector>

// What a test may let happen to a program's calls. Each is something that a real kernel does now and then; here it
// happens for certain. A program on which the recorder cannot work (static, raw system calls) is spared.
namespace harness {

/// One thing that happens to a program's calls. The functions below make them.
struct Fault {
  /// What happens.
  enum class Kind { receive_most, send_most, interrupt_every, accept_fails, receive_fails, send_fails, connect_fails };
  Kind kind;       ///< which of them
  int number = 0;  ///< bytes, or every how many calls, or errno
  int nth = 1;     ///< which call fails, from 1
};
using Faults = std::vector<Fault>;  ///< All that happens to one program.

/// A receive on a stream gives at most `bytes`, as a network does that cuts where it likes.
inline Fault receives_at_most(int bytes) { return {Fault::Kind::receive_most, bytes}; }

/// A send on a stream takes at most `bytes`, as a kernel does whose buffer is nearly full.
inline Fault sends_at_most(int bytes) { return {Fault::Kind::send_most, bytes}; }

/// One in `n` of the calls that can wait (accept, receive, send, poll, select, epoll_wait), and the first of each kind,
/// ends with EINTR, as it does when a signal arrives. connect is left alone, and so is what does not block. `n` is at
/// least 2.
inline Fault interrupts_every(int n) { return {Fault::Kind::interrupt_every, n}; }

/// The `nth` accept fails with `error`: ECONNABORTED (the client gave up in the queue), EMFILE, ...
inline Fault accept_fails_once(int error, int nth = 1) { return {Fault::Kind::accept_fails, error, nth}; }

/// The `nth` receive of any kind fails with `error`: ECONNREFUSED on a UDP socket whose last datagram met a closed
/// port.
inline Fault receive_fails_once(int error, int nth = 1) { return {Fault::Kind::receive_fails, error, nth}; }

/// The `nth` send of any kind fails with `error`: ENOBUFS, ECONNREFUSED, EHOSTUNREACH, ...
inline Fault send_fails_once(int error, int nth = 1) { return {Fault::Kind::send_fails, error, nth}; }

/// The first connect of a stream that would succeed is interrupted: it says EINTR and goes on in the background.
inline Fault connect_is_interrupted() { return {Fault::Kind::connect_fails, 4 /* EINTR */}; }

/// The faults that a right program bears in any test, by the names that a command line has for them.
const std::vector<std::pair<std::string, Faults>>& bearable_faults();

/// Brings one of them about in every program to which its test gives no other.
/// \returns false when none has that name
bool set_fault_everywhere(const std::string& name);

/// Those that every program gets.
const Faults& faults_everywhere();

/// What happens, for the message: "recv gives at most 1 byte at a time".
std::string in_words(const Faults& faults);

}  // namespace harness

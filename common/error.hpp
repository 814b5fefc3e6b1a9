#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

// How errors are told: one throwing function, one form of message, the same few lines in every main.

/// The helper: owners for sockets and addresses, points in time after which waiting ends, and errors in one form.
///
/// A member or a function is one system call, named as it is, with its failure turned into an exception: sockets throw
/// std::system_error, whose what() reads `call operand: reason`; getaddrinfo's errors have resolver_category();
/// OpenSSL's are TlsError; arguments that make no sense are UsageError. Ports are numbers in host byte order, lengths
/// are bytes, times are std::chrono. No name is shared between threads: an object belongs to one at a time.
namespace net {

/// Throws std::system_error with the current errno. Its what() reads `call operand: reason`:
/// `connect to 127.0.0.1:7: Connection refused`.
/// \param what the call and its operand; callers compare `e.code() == std::errc::connection_refused`
/// \see \man{errno,3}
[[noreturn]] void throw_errno(const std::string& what);

/// The errors of getaddrinfo, which are numbers of their own and not errno.
/// \see \man{gai_strerror,3}
const std::error_category& resolver_category() noexcept;

/// The program was called with arguments that it cannot use. main answers with this text and exit status 2.
class UsageError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// A part of a lab that its learner has still to write. main answers with this text and exit status 3.
/// Not derived from std::exception, so that no handler for failures takes it for one.
class NotWritten {
 public:
  /// \param part its number and name, as the board has them: `02.3 send the whole reply`
  explicit NotWritten(std::string_view part) : text_("not written yet: " + std::string(part)) {}
  const std::string& text() const noexcept { return text_; }  ///< `not written yet: ` and the part

 private:
  std::string text_;
};

/// Stands in a skeleton where a part is to be written.
/// \param part its number and name
/// \param given what the part has to work with; named so that the compiler does not call it unused
template <class... Given>
[[noreturn]] void not_written(std::string_view part, [[maybe_unused]] const Given&... given) {
  throw NotWritten(part);
}

/// Runs `body` as a program's main function and turns what it throws into a message on stderr and an exit status: 0
/// when it returns, 1 with `PROGRAM: what()` for a failure, also to write what was printed, 2 for a UsageError, 3 for
/// NotWritten.
///
/// It also makes the process ignore SIGPIPE: to send to a peer that has gone fails (EPIPE) and ends nothing.
/// \param path argv[0]; the folder in front is left out of the message
/// \see \man{signal,7} \man{fflush,3}
int run_main(const char* path, void (*body)(int argc, char** argv), int argc, char** argv);

}  // namespace net

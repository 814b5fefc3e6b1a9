#pragma once
#include <iosfwd>
#include <string>
#include <string_view>

namespace harness {

/// What came after the bytes that arrived. These are different outcomes, and each says something else about
/// the program.
enum class Ending {
  more,           ///< as many bytes came as we asked for; we did not look for more
  end_of_stream,  ///< the program finished sending (FIN) or, for its output, has ended
  reset,          ///< the connection was reset (RST)
  silence,        ///< nothing more came before the deadline
  refused,        ///< there was never a connection: nobody listens there
  close_notify,   ///< TLS: the program said that it has finished sending
  truncated,      ///< TLS: the connection ended (FIN) without close_notify
  tls_error,      ///< TLS: an alert, or bytes that are no TLS
};

/// In words: "end of stream", "a reset", ...
std::string_view name(Ending ending);

/// The bytes that came and how it ended.
///
/// Compares equal to a text when exactly these bytes came *and* the wait ended as it should; a comparison that
/// fails tells the story what was expected and what came.
struct Received {
  std::string bytes;                      ///< what came, in order
  Ending ending = Ending::silence;        ///< what came after it
  Ending wanted = Ending::end_of_stream;  ///< how a complete answer ends
  std::string who = "it";                 ///< for the message

  /// An expectation: tells the story when it does not hold.
  bool operator==(std::string_view expected) const;
};

/// True when the bytes begin with `start`, whatever follows; tells the story if not.
bool begins_with(const Received& received, std::string_view start);

/// As Catch2 prints it.
std::ostream& operator<<(std::ostream& out, const Received& received);

/// How a program ended. Compares equal to its exit status; a comparison that fails tells the story.
struct Exit {
  /// Whether it has ended, and how.
  enum class Kind { running, exited, signalled };
  Kind kind = Kind::running;  ///< which of them
  int value = 0;              ///< exit status or signal number

  /// An expectation, too.
  bool operator==(int status) const;
};

/// As Catch2 prints it.
std::ostream& operator<<(std::ostream& out, const Exit& exit);
/// "exit status 1", "ended by the signal SIGPIPE", "it is still running"
std::string in_words(const Exit& exit);

}  // namespace harness

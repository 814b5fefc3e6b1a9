#include "received.hpp"

#include <csignal>
#include <cstring>
#include <ostream>

#include "quoted.hpp"
#include "story.hpp"

namespace harness {

std::string_view name(Ending ending) {
  switch (ending) {
    case Ending::more: return "no end yet";
    case Ending::end_of_stream: return "end of stream";
    case Ending::reset: return "a reset";
    case Ending::silence: return "silence";
    case Ending::refused: return "connection refused";
    case Ending::close_notify: return "close_notify";
    case Ending::truncated: return "the end of the connection without close_notify";
    case Ending::tls_error: return "a TLS error";
  }
  return "?";
}

bool Received::operator==(std::string_view expected) const {
  bool ended_well = ending == wanted;
  if (ended_well && bytes == expected) return true;

  Comparison shown = compare(expected, bytes);
  std::string end = wanted == Ending::more ? "" : " then " + std::string(name(wanted));
  std::string came = bytes.empty() ? std::string(name(ending)) + ", not a byte"
                                   : shown.received + " then " + std::string(name(ending));
  if (bytes.empty() && ending == Ending::end_of_stream) came = "end of stream, not a byte before it";
  if (ending == Ending::more) came = shown.received;
  Story::current().mismatch(shown.expected + end, came, bytes.empty() ? "" : shown.caret);
  if (ending == Ending::silence) Story::current().conclude(State::timed_out);
  return false;
}

bool begins_with(const Received& received, std::string_view start) {
  if (received.bytes.starts_with(start)) return true;
  Received part = received;
  part.wanted = Ending::more;
  part.bytes = received.bytes.substr(0, start.size());
  return part == start;
}

std::ostream& operator<<(std::ostream& out, const Received& received) {
  return out << in_quotes(received.bytes) << " then " << name(received.ending);
}

std::string in_words(const Exit& exit) {
  switch (exit.kind) {
    case Exit::Kind::running: return "it is still running";
    case Exit::Kind::exited: return "exit status " + std::to_string(exit.value);
    case Exit::Kind::signalled: {
      const char* abbreviation = ::sigabbrev_np(exit.value);
      return std::string("ended by the signal SIG") + (abbreviation ? abbreviation : "?");
    }
  }
  return "?";
}

bool Exit::operator==(int status) const {
  if (kind == Kind::exited && value == status) return true;
  Story::current().mismatch("exit status " + std::to_string(status), in_words(*this));
  if (kind == Kind::running) Story::current().conclude(State::timed_out);
  if (kind == Kind::signalled) Story::current().conclude(State::crashed);
  return false;
}

std::ostream& operator<<(std::ostream& out, const Exit& exit) { return out << in_words(exit); }

}  // namespace harness

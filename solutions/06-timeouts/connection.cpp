#include "connection.hpp"

#include <poll.h>

#include <array>
#include <cstdio>

#include "frame.hpp"

namespace {

// While more than this waits to be sent we read nothing more: the client's own send will wait in the end, and not our
// memory grow (backpressure).
constexpr std::size_t most_waiting = 256 * 1024;

// How much of what we no longer want is still read. Closing with bytes unread is a reset, and that may destroy answers
// which are still on their way.
constexpr std::size_t most_discarded = 2 * longest_request;

void tell(const char* what, std::size_t bytes) { std::fprintf(stderr, "a client %s: %zu bytes dropped\n", what, bytes); }

}  // namespace

Connection::Connection(net::Socket socket, std::chrono::milliseconds idle_limit)
    : socket_(std::move(socket)), clock_(idle_limit) {
  socket_.set_nonblocking();
  socket_.set_no_delay();  // answers go out whole, so there is nothing to be gained by waiting for more
  clock_.accepted();
}

short Connection::events() const noexcept {
  return static_cast<short>((wants_input() ? POLLIN : 0) | (owes_answers() ? POLLOUT : 0));
}

bool Connection::wants_input() const noexcept { return !input_ended_ && (finishing_ || out_.size() < most_waiting); }

void Connection::serve(short ready) {
  // POLLHUP and POLLERR come unasked; receiving tells what they are about.
  if (wants_input() && (ready & ~POLLOUT) != 0) receive();
  // Without asking poll first: nearly always there is room.
  if (owes_answers()) send_answers();
  if (finishing_ && !owes_answers()) finish_sending();
}

void Connection::receive() {
  static std::array<std::byte, 64 * 1024> buffer;  // one for all: only one connection is served at a time
  auto count = socket_.try_recv(buffer);
  if (!count) return;
  if (*count == 0) return input_ended();
  input_arrived({reinterpret_cast<const char*>(buffer.data()), *count});
}

void Connection::input_arrived(std::string_view bytes) {
  if (finishing_) return discard(bytes.size());
  bool begins_frame = !frame_begun(), owed = owes_answers();
  in_.append(bytes);
  std::size_t completed = answer_frames();
  // Who is owed answers has to take some: asking for more does not win time.
  if (!owed) clock_.received(begins_frame, completed);
}

// The client has finished sending. It may still be waiting for answers.
void Connection::input_ended() {
  input_ended_ = true;
  if (frame_begun()) tell("ended inside a frame", in_.size());
  in_.clear();
}

// Returns how many there were.
std::size_t Connection::answer_frames() {
  std::size_t count = 0;
  std::string_view rest = in_.view();
  try {
    for (; auto request = take_frame(rest, longest_request); ++count) append_answer(out_, *request);
    in_.drop(in_.size() - rest.size());
  } catch (const FrameTooLong& error) {
    std::fprintf(stderr, "a client is sent away: %s\n", error.what());
    finish();
  }
  return count;
}

void Connection::discard(std::size_t count) noexcept {
  discarded_ += count;
  if (discarded_ > most_discarded) input_ended_ = true;
}

void Connection::send_answers() {
  auto count = socket_.try_send(net::as_bytes(out_.view()));
  if (!count) return;
  out_.drop(*count);
  clock_.sent();
}

void Connection::finish() noexcept {
  finishing_ = true;
  in_.clear();
}

// Half-close, and wait for the client's own end: it comes when the client has read all that we sent.
void Connection::finish_sending() {
  if (!sending_ended_) socket_.shutdown_send();
  sending_ended_ = true;
}

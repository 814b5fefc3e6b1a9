#include "connection.hpp"

#include <poll.h>

#include <array>
#include <cstdio>

#include "error.hpp"
#include "frame.hpp"

namespace {

// How much of what we no longer want is still read. Closing with bytes unread is a reset, and that may destroy answers
// which are still on their way.
constexpr std::size_t most_discarded = 2 * longest_request;

}  // namespace

Connection::Connection(net::Socket socket) : socket_(std::move(socket)) {
  socket_.set_nonblocking();
  socket_.set_no_delay();  // answers go out whole, so there is nothing to be gained by waiting for more
}

short Connection::events() const noexcept {
  return static_cast<short>((wants_input() ? POLLIN : 0) | (owes_answers() ? POLLOUT : 0));
}

// 04.7 (extra): from how many bytes on?
bool Connection::owes_too_much() const noexcept { return false; }

void Connection::serve(short ready) {
  // POLLHUP and POLLERR come unasked; receiving tells what they are about.
  if (wants_input() && (ready & ~POLLOUT) != 0) receive();
  // Without asking poll first: nearly always there is room.
  if (owes_answers()) send_answers();
  if (finishing_ && !owes_answers()) finish_sending();
}

void Connection::receive() {
  net::not_written("04.2 answer every whole frame", socket_);
}

void Connection::input_arrived(std::string_view bytes) {
  if (finishing_) return discard(bytes.size());
  in_.append(bytes);
  answer_frames();
}

// The client has finished sending. It may still be waiting for answers.
void Connection::input_ended() {
  net::not_written("04.4 the end of a conversation");
}

void Connection::answer_frames() {
  net::not_written("04.2 answer every whole frame", in_, out_);
}

void Connection::discard(std::size_t count) {
  net::not_written("04.4 the end of a conversation", count, discarded_, most_discarded);
}

void Connection::send_answers() {
  net::not_written("04.3 many clients at once", out_);
}

void Connection::finish() {
  net::not_written("04.4 the end of a conversation");
}

// Half-close, and wait for the client's own end: it comes when the client has read all that we sent.
void Connection::finish_sending() {
  net::not_written("04.4 the end of a conversation", sending_ended_);
}

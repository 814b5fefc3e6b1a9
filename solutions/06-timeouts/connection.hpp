#pragma once
#include "byte_queue.hpp"
#include "idle_clock.hpp"
#include "socket.hpp"

/// The server's end of one client's conversation.
///
/// It never waits. The server waits, for all connections at once, and calls serve() when something can be done. What
/// belongs to a conversation is kept here and nowhere else, so that a new client finds nothing of the one before.
class Connection {
 public:
  Connection(net::Socket socket, std::chrono::milliseconds idle_limit);

  /// What to wait for, in the form poll(2) takes it. There is always something.
  short events() const noexcept;

  /// Receives what is there, answers every whole frame, and sends what the client takes.
  /// \param ready what poll found
  /// \throws std::system_error when the connection is broken
  void serve(short ready);

  /// Takes no more requests. What is owed is still sent.
  void finish() noexcept;

  /// True when nothing is left to be done and the connection can be closed.
  bool is_over() const noexcept { return input_ended_ && !owes_answers(); }

  /// True while part of a frame has arrived.
  bool frame_begun() const noexcept { return !in_.empty(); }

  /// True while answers, or parts of one, wait to be sent.
  bool owes_answers() const noexcept { return !out_.empty(); }

  /// When the client is late, if nothing happens before.
  net::Deadline deadline() const noexcept { return clock_.deadline(); }

  int fd() const noexcept { return socket_.fd(); }

 private:
  bool wants_input() const noexcept;
  void receive();
  void input_arrived(std::string_view bytes);
  void input_ended();
  std::size_t answer_frames();
  void discard(std::size_t count) noexcept;
  void send_answers();
  void finish_sending();

  net::Socket socket_;
  IdleClock clock_;
  ByteQueue in_;                // the beginning of a frame; never a whole one
  ByteQueue out_;               // answers
  bool input_ended_ = false;    // the client has finished sending, or we listen no longer
  bool finishing_ = false;      // we take no more requests
  bool sending_ended_ = false;  // we have finished sending
  std::size_t discarded_ = 0;   // bytes, since we are finishing
};

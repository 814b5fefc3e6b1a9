// persistent_client HOST PORT: sends each line of stdin as a frame, prints each answer on a line.
//
// It reads while it writes. A client that first sends everything waits for a server that waits for it: the server takes
// no more requests while its answers are not read.
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>

#include "byte_queue.hpp"
#include "error.hpp"
#include "frame.hpp"
#include "lines.hpp"
#include "socket.hpp"

// While more than this waits to be sent, stdin is not read: its writer shall wait, not our memory grow.
constexpr std::size_t most_waiting = 256 * 1024;

/// What the client knows of its conversation.
struct Conversation {
  net::Socket server;
  Lines lines;                  // of stdin
  ByteQueue out;                // requests that wait to be sent
  ByteQueue in;                 // the beginning of an answer
  std::size_t owed = 0;         // answers
  bool can_send = true;         // false when we have finished sending, or the server takes no more
  bool server_ended = false;

  bool wants_line() const { return can_send && !lines.ended() && out.size() < most_waiting; }
  bool done() const { return lines.ended() && out.empty() && owed == 0; }
};

struct Ready {
  bool input, server;
};

// Waits until there is a line to be read, an answer to be received, or room for requests.
Ready wait(const Conversation& with) {
  net::not_written("04.5 lines to frames", with);
}

void queue_lines(Conversation& with) {
  net::not_written("04.5 lines to frames", with);
}

// Sends what the server takes now, and after the last line half-closes.
void send_requests(Conversation& with) {
  net::not_written("04.5 lines to frames", with);
}

void print_answers(Conversation& with) {
  net::not_written("04.6 read while you write", with);
}

// Whether the server ended in good order or broke off, the user wants to know what that costs.
[[noreturn]] void tell_missing(const Conversation& with, const std::string& how) {
  net::not_written("04.6 read while you write", with, how);
}

void receive_answers(Conversation& with) {
  net::not_written("04.6 read while you write", with);
}

void converse(Conversation& with) {
  while (!with.done()) {
    Ready ready = wait(with);
    if (ready.input) queue_lines(with);
    send_requests(with);
    if (ready.server) receive_answers(with);
    if (with.server_ended && !with.done()) tell_missing(with, "the server ended the connection");
  }
}

void run(int argc, char** argv) {
  if (argc != 3) throw net::UsageError("persistent_client HOST PORT");
  Conversation conversation;
  conversation.server = net::connect_to(argv[1], net::parse_port(argv[2], 1));
  conversation.server.set_nonblocking();
  conversation.server.set_no_delay();
  converse(conversation);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

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
  pollfd fds[] = {{with.wants_line() ? STDIN_FILENO : -1, POLLIN, 0}, {with.server.fd(), POLLIN, 0}};
  if (!with.out.empty()) fds[1].events |= POLLOUT;
  if (::poll(fds, 2, -1) >= 0) return {fds[0].revents != 0, fds[1].revents != 0};
  if (errno != EINTR) net::throw_errno("poll");
  return {false, false};
}

void queue_lines(Conversation& with) {
  with.lines.read();
  while (auto line = with.lines.next()) {
    append_frame(with.out, *line);
    ++with.owed;
  }
}

// Sends what the server takes now, and after the last line half-closes.
void send_requests(Conversation& with) {
  if (!with.can_send) return;
  try {
    if (!with.out.empty())
      if (auto count = with.server.try_send(net::as_bytes(with.out.view()))) with.out.drop(*count);
    if (!with.lines.ended() || !with.out.empty()) return;
    with.server.shutdown_send();
  } catch (const std::system_error&) {
    // The server takes no more, but answers of it may still be here. Receiving will tell how it ended.
    with.out.clear();
  }
  with.can_send = false;
}

void print_answers(Conversation& with) {
  std::string_view rest = with.in.view();
  while (auto answer = take_frame(rest, longest_answer)) {
    if (with.owed == 0) throw std::runtime_error("the server answers what nobody asked");
    --with.owed;
    std::fwrite(answer->data(), 1, answer->size(), stdout);
    std::fputc('\n', stdout);
  }
  with.in.drop(with.in.size() - rest.size());
  if (std::fflush(stdout) != 0) net::throw_errno("write to stdout");
}

// Whether the server ended in good order or broke off, the user wants to know what that costs.
[[noreturn]] void tell_missing(const Conversation& with, const std::string& how) {
  throw std::runtime_error(how + ": " + std::to_string(with.owed) + (with.owed == 1 ? " answer is" : " answers are") + " missing");
}

void receive_answers(Conversation& with) {
  static std::array<std::byte, 64 * 1024> buffer;
  std::optional<std::size_t> count;
  try {
    count = with.server.try_recv(buffer);
  } catch (const std::system_error& error) {
    tell_missing(with, error.what());
  }
  if (!count) return;
  with.server_ended = *count == 0;
  with.in.append({reinterpret_cast<const char*>(buffer.data()), *count});
  print_answers(with);
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

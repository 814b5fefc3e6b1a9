// Lab 04's reference: what a server answers to any stream of bytes that arrives in any pieces.
#include "frame.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "connection.hpp"
#include "fuzz.hpp"

// A pair of local sockets stands in for TCP, which alone has this option.
extern "C" int __wrap_setsockopt(int, int, int, const void*, socklen_t) { return 0; }

namespace {

// The contract once more, as plainly as it can be said.
struct Answers {
  std::string bytes;
  bool too_long = false;
};

Answers expected(std::string_view requests) {
  Answers answers;
  while (requests.size() >= 4) {
    std::size_t length = 0;
    for (int i = 0; i < 4; ++i)
      length = length * 256 + static_cast<unsigned char>(requests[static_cast<std::size_t>(i)]);
    answers.too_long = length > 1024 * 1024;
    if (answers.too_long || requests.size() < 4 + length) break;
    const std::size_t whole = length + 6;
    for (int shift : {24, 16, 8, 0}) answers.bytes += static_cast<char>(whole >> shift & 255);
    answers.bytes += "Echo: ";
    answers.bytes += requests.substr(4, length);
    requests.remove_prefix(4 + length);
  }
  return answers;
}

// What came since the last look.
std::string read_all(int fd) {
  std::string bytes;
  char buffer[4096];
  for (ssize_t n; (n = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0;)
    bytes.append(buffer, static_cast<std::size_t>(n));
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  Bytes input(data, size);
  int ends[2];
  must(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "a pair of sockets to be had");
  const int client = ends[1];
  std::string sent, answers;
  {
    Connection server{net::Socket(ends[0])};
    // A byte says how long the next piece is, and sometimes that a signal to stop arrives.
    while (!input.empty()) {
      const unsigned control = input.byte();
      const std::string_view piece = input.take(control == 255 ? 4000 : control);
      sent += piece;
      must(::send(client, piece.data(), piece.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(piece.size()),
           "room to send");
      if (!server.is_over()) server.serve(POLLIN);
      answers += read_all(client);
    }
    ::shutdown(client, SHUT_WR);
    for (int i = 0; i < 100 && !server.is_over(); ++i) {
      server.serve(static_cast<short>(POLLIN | POLLHUP));
      answers += read_all(client);
    }
    must(server.is_over(), "a client that has finished and reads gets to its end");
  }
  answers += read_all(client);
  ::close(client);
  must(answers == expected(sent).bytes, "the answers owed, and no others");

  // Taking frames off the front, whatever the limit.
  std::string_view rest(sent);
  const std::size_t longest = size % 300;
  try {
    while (auto payload = take_frame(rest, longest)) must(payload->size() <= longest, "no payload above the limit");
  } catch (const FrameTooLong&) {
    must(rest.size() >= header_length && read_length(rest) > longest, "only a length over the limit is refused");
  }
  return 0;
}

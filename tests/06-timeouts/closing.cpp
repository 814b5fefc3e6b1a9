#include "closing.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "far_end.hpp"

using namespace harness;

namespace {

using Clock = std::chrono::steady_clock;

std::string in_ms(Clock::duration time) {
  return std::to_string(std::chrono::floor<Milliseconds>(time).count()) + " ms";
}

}  // namespace

std::string frame(std::string_view payload) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(payload.size() >> shift);
  return bytes.append(payload);
}

bool is_served(Peer& client, std::size_t length) {
  std::string message = random_text(length), answer = frame("Echo: " + message);
  client.send(frame(message));
  return client.receive(answer.size()) == answer;
}

void send_what_fits(Peer& client, std::string_view bytes) {
  std::size_t whole = bytes.size();
  for (pollfd room{client.fd(), POLLOUT, 0}; !bytes.empty() && ::poll(&room, 1, 100) > 0;) {
    ssize_t n = ::send(client.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) break;
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  Story::current().step("we sent", "the first " + std::to_string(whole - bytes.size()) + " of " +
                                       std::to_string(whole) +
                                       " bytes of requests, until no more was taken, and received nothing");
}

Moment when(const std::function<void()>& action) {
  Moment moment;
  moment.before = Clock::now();
  action();
  moment.after = Clock::now();
  return moment;
}

bool is_closed(const Peer& client) {
  pollfd ended{client.fd(), POLLRDHUP, 0};
  if (::poll(&ended, 1, 0) > 0) return true;
  auto server = far_end(client.fd());
  return !server || !server->established;
}

bool is_closed_after(Peer& client, Milliseconds limit, Moment since, Milliseconds interval,
                     const std::function<void()>& meanwhile) {
  Clock::time_point next = Clock::now();
  bool closed = false;
  // No event tells of a close that waits behind bytes which nobody takes, so this looks now and then.
  while (!(closed = is_closed(client)) && !is_overdue(since.after, limit)) {
    if (Clock::now() >= next) {
      meanwhile();
      next += interval;
    }
    ::usleep(5000);
  }
  Clock::time_point now = Clock::now();
  if (!closed) {
    Story::current().time_decided();
    Story::current().mismatch("the connection closed after " + in_ms(limit),
                              "it is still open after " + in_ms(now - since.after));
    Story::current().conclude(State::timed_out);
    return false;
  }
  Story::current().step("it closed", "the connection after " + in_ms(now - since.before));
  if ((now - since.before) * 10 >= limit * 9) return true;
  Story::current().mismatch("the connection closed after " + in_ms(limit),
                            "too early, after " + in_ms(now - since.before));
  return false;
}

bool says_why(const Program& server) {
  return settles_at_most(
      0, [&server] { return server.errors().empty() ? 1U : 0U; }, "clients closed without a line on stderr");
}

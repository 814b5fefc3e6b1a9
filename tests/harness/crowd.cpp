#include "crowd.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "clock.hpp"
#include "limits.hpp"
#include "quoted.hpp"
#include "sockets.hpp"
#include "story.hpp"

namespace harness {
namespace {

// Fewer than the shortest queue that a server of lab 02 must have.
constexpr std::size_t at_a_time = 4;

}  // namespace

Crowd::Crowd(const Endpoint& where, std::size_t size, std::string_view greeting, std::string_view answer) {
  raise_own_descriptors();
  Story::current().step("we", "connected " + std::to_string(size) + " clients; each sent " + in_quotes(greeting));
  complete_ = true;
  while (complete_ && members_.size() < size)
    complete_ = add(where, std::min(at_a_time, size - members_.size()), greeting, answer);
}

Crowd::~Crowd() {
  for (Member& member : members_)
    if (member.fd >= 0) ::close(member.fd);
}

bool Crowd::add(const Endpoint& where, std::size_t count, std::string_view greeting, std::string_view answer) {
  std::size_t from = members_.size();
  SocketAddress address = to_address(where.host, where.port);
  for (std::size_t i = 0; i < count; ++i) {
    Member& member = members_.emplace_back();
    member.fd = new_socket(address.family(), SOCK_STREAM);
    int on = 1;
    ::setsockopt(member.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(member.fd, address.get(), address.length) == 0 || errno == EINPROGRESS) continue;
    member.broken = true;
    member.trouble = std::strerror(errno);
  }
  return drive(from, greeting, answer);
}

bool Crowd::exchange(std::string_view bytes, std::string_view expected) {
  Story::current().step("each", "sent " + in_quotes(bytes));
  return drive(0, bytes, expected);
}

bool Crowd::drive(std::size_t from, std::string_view bytes, std::string_view expected) {
  for (std::size_t i = from; i < members_.size(); ++i) {
    members_[i].rest = bytes;
    members_[i].received.clear();
  }
  std::vector<pollfd> fds;
  std::vector<std::size_t> polled;
  // Many may want many times as long.
  Deadline deadline(patience() * 2);
  while (!deadline.passed()) {
    fds.clear();
    polled.clear();
    for (std::size_t i = from; i < members_.size(); ++i) {
      const Member& member = members_[i];
      if (member.broken || (member.rest.empty() && member.received.size() >= expected.size())) continue;
      fds.push_back({member.fd, static_cast<short>(member.rest.empty() ? POLLIN : POLLIN | POLLOUT), 0});
      polled.push_back(i);
    }
    if (fds.empty() || every_program_has_ended()) break;
    if (::poll(fds.data(), fds.size(), std::min(deadline.for_poll(), 200)) <= 0) continue;
    for (std::size_t k = 0; k < fds.size(); ++k)
      if (fds[k].revents != 0) advance(members_[polled[k]], fds[k].revents, expected.size());
  }
  return all_match(from, expected);
}

void Crowd::advance(Member& member, short ready, std::size_t wanted) {
  if ((ready & POLLOUT) != 0 && !member.rest.empty()) {
    ssize_t n = ::send(member.fd, member.rest.data(), member.rest.size(), MSG_NOSIGNAL);
    if (n > 0) member.rest.remove_prefix(static_cast<std::size_t>(n));
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
      member.broken = true;
      member.trouble = std::strerror(errno);
      return;
    }
  }
  if ((ready & ~POLLOUT) == 0 || member.received.size() >= wanted) return;
  std::array<char, 65536> buffer;
  ssize_t n = ::recv(member.fd, buffer.data(), std::min(buffer.size(), wanted - member.received.size()), 0);
  if (n > 0) {
    member.received.append(buffer.data(), static_cast<std::size_t>(n));
  } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
    member.broken = true;
    member.trouble = n == 0 ? "end of stream" : std::strerror(errno);
  }
}

bool Crowd::all_match(std::size_t from, std::string_view expected) const {
  for (std::size_t i = from; i < members_.size(); ++i) {
    const Member& member = members_[i];
    if (!member.broken && member.received == expected) continue;
    Comparison shown = compare(expected, member.received);
    std::string ending = member.broken                              ? " then " + member.trouble
                         : member.received.size() < expected.size() ? " then silence"
                                                                    : "";
    Story::current().mismatch("for client " + std::to_string(i + 1) + ": " + shown.expected,
                              (member.received.empty() ? "" : shown.received) + ending);
    if (!member.broken && member.received.size() < expected.size()) Story::current().conclude(State::timed_out);
    return false;
  }
  return true;
}

void Crowd::close() {
  Story::current().step("each", "closed its connection");
  for (Member& member : members_)
    if (member.fd >= 0) ::close(std::exchange(member.fd, -1));
  members_.clear();
}

void Crowd::reset() {
  Story::current().step("each", "reset its connection");
  linger at_once{1, 0};
  for (Member& member : members_)
    if (member.fd >= 0) ::setsockopt(member.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  for (Member& member : members_)
    if (member.fd >= 0) ::close(std::exchange(member.fd, -1));
  members_.clear();
}

}  // namespace harness

#include "server.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "error.hpp"

namespace {

using namespace std::chrono_literals;

// While descriptors are missing, the connection that waits keeps the listener ready; who went on asking poll would spin.
constexpr auto pause_without_descriptors = 100ms;

// How long clients may take to collect what is owed to them when the server stops.
constexpr auto time_to_finish = 2s;

// So that a crowd of new clients does not keep the others waiting.
constexpr int most_accepted_at_once = 256;

constexpr std::size_t first_connection = 2;  // in polled_

}  // namespace

Server::Server(const StopSignal& stop, net::Socket listener, std::chrono::milliseconds idle_limit)
    : stop_(stop), listener_(std::move(listener)), idle_limit_(idle_limit) {
  listener_.set_nonblocking();
}

void Server::run() {
  while (true) {
    net::Deadline next = earliest_deadline();
    wait(accepts() ? next : earlier(next, *accept_again_));
    serve_ready();
    close_late();  // after serving: what has arrived by now is not late
    if (stop_requested()) break;
    if (somebody_connects()) accept_waiting();
  }
  finish();
}

net::Deadline Server::earliest_deadline() const {
  net::Deadline earliest = net::Deadline::never();
  for (const Connection& connection : connections_) earliest = earlier(earliest, connection.deadline());
  return earliest;
}

// From the last to the first, as remove() wants it.
void Server::close_late() {
  for (std::size_t i = connections_.size(); i-- > 0;) {
    if (!connections_[i].deadline().passed()) continue;
    std::fprintf(stderr, "a client was late: its connection is closed\n");
    remove(i);
  }
}

void Server::wait(net::Deadline deadline) {
  polled_.clear();
  // poll passes over a negative descriptor. The stop signal stays ready once it has come.
  polled_.push_back({stopping_ ? -1 : stop_.fd(), POLLIN, 0});
  polled_.push_back({accepts() ? listener_.fd() : -1, POLLIN, 0});
  for (const Connection& connection : connections_) polled_.push_back({connection.fd(), connection.events(), 0});

  if (::poll(polled_.data(), static_cast<nfds_t>(polled_.size()), deadline.poll_timeout()) >= 0) return;
  if (errno != EINTR) net::throw_errno("poll");
  for (pollfd& polled : polled_) polled.revents = 0;
}

// From the last to the first: what remove() moves into a gap has had its turn already.
void Server::serve_ready() {
  for (std::size_t i = connections_.size(); i-- > 0;) {
    short ready = polled_[first_connection + i].revents;
    if (ready != 0 && !serve(connections_[i], ready)) remove(i);
  }
}

// A conversation that breaks off is told and ends; the others go on.
bool Server::serve(Connection& connection, short ready) {
  try {
    connection.serve(ready);
    return !connection.is_over();
  } catch (const std::system_error& error) {
    std::fprintf(stderr, "a client was lost: %s\n", error.what());
    return false;
  }
}

void Server::remove(std::size_t index) noexcept {
  if (index + 1 < connections_.size()) connections_[index] = std::move(connections_.back());
  connections_.pop_back();
  accept_again_.reset();  // a descriptor has become free
}

// All that wait, not one: asking poll again for each would make a crowd of n cost n times n.
void Server::accept_waiting() {
  try {
    for (int i = 0; i < most_accepted_at_once; ++i) {
      auto client = listener_.try_accept();
      if (!client) return;
      add(std::move(*client));
    }
  } catch (const std::system_error& error) {
    // A connection that its client gave up while it waited in the queue is not our failure.
    if (error.code() != std::errc::connection_aborted) stop_accepting_for_a_while(error);
  }
}

void Server::add(net::Socket client) { connections_.emplace_back(std::move(client), idle_limit_); }

// Mostly EMFILE: we go on with the clients that we have.
void Server::stop_accepting_for_a_while(const std::system_error& reason) {
  std::fprintf(stderr, "nobody is accepted for a while: %s\n", reason.what());
  accept_again_ = net::Deadline::after(pause_without_descriptors);
}

bool Server::accepts() noexcept {
  if (accept_again_ && accept_again_->passed()) accept_again_.reset();
  return listener_.is_open() && !accept_again_;
}

// Stops accepting and reading. Whoever is owed nothing is let go, the others may collect what is under way.
void Server::finish() {
  stopping_ = true;
  listener_.close();
  for (std::size_t i = connections_.size(); i-- > 0;) {
    connections_[i].finish();
    if (!connections_[i].owes_answers()) remove(i);
  }
  auto deadline = net::Deadline::after(time_to_finish);
  while (!connections_.empty() && !deadline.passed()) {
    wait(deadline);
    serve_ready();
  }
}

#include "server.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "error.hpp"

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// While descriptors are missing, the connection that waits keeps the listener ready; who went on asking poll would spin.
constexpr auto pause_without_descriptors = 100ms;

// How long clients may take to collect what is owed to them when the server stops.
constexpr auto time_to_finish = 2s;

// So that a crowd of new clients does not keep the others waiting.
constexpr int most_accepted_at_once = 256;

// How long the idle clients may be left out, in time and in turns of the busy ones.
constexpr auto busy_time = 1ms;
constexpr int most_busy_turns = 16;

constexpr std::size_t first_client = 2;  // in polled_

}  // namespace

Server::Server(const StopSignal& stop, net::Socket listener) : stop_(stop), listener_(std::move(listener)) {
  listener_.set_nonblocking();
}

void Server::run() {
  while (true) {
    wait_for_somebody();
    serve_ready();
    if (stop_requested()) break;
    if (somebody_connects()) accept_waiting();
  }
  finish();
}

// poll looks at every descriptor that it is given, each time: among a thousand idle clients a busy one would wait ten
// times as long. So those who talked lately are looked at first, and everybody when these are silent or have had their
// turns. (epoll and kqueue need no such thing; see the chapter.)
void Server::wait_for_somebody() {
  if (turns_ == 0) put_the_busy_first();
  if (busy_ > 0 && turns_ < most_busy_turns && wait(busy_, busy_time)) {
    ++turns_;
    return;
  }
  turns_ = 0;
  wait(clients_.size(), time_until_something_is_due());
}

// Waits for the stop signal, for new clients and for the first `clients`. False when nothing has happened in time.
bool Server::wait(std::size_t clients, std::optional<milliseconds> limit) {
  net::not_written("04.3 many clients at once", clients, limit);
}

std::optional<milliseconds> Server::time_until_something_is_due() const {
  if (!accept_again_) return {};
  return accept_again_->left();
}

void Server::put_the_busy_first() {
  auto idle = std::partition(clients_.begin(), clients_.end(), [](const Client& client) { return client.warmth > 0; });
  busy_ = static_cast<std::size_t>(idle - clients_.begin());
  for (std::size_t i = 0; i < busy_; ++i) --clients_[i].warmth;
}

// From the last to the first: what remove() moves into a gap has had its turn already.
void Server::serve_ready() {
  net::not_written("04.3 many clients at once", first_client);
}

// A conversation that breaks off is told and ends; the others go on.
bool Server::serve(Connection& connection, short ready) {
  net::not_written("04.3 many clients at once", connection, ready);
}

void Server::remove(std::size_t index) noexcept {
  if (index + 1 < clients_.size()) clients_[index] = std::move(clients_.back());
  clients_.pop_back();
  busy_ = std::min(busy_, clients_.size());
  accept_again_.reset();  // a descriptor has become free
}

// All that wait, not one: asking poll again for each would make a crowd of n cost n times n.
void Server::accept_waiting() {
  net::not_written("04.3 many clients at once", most_accepted_at_once);
}

void Server::add(net::Socket socket) { clients_.push_back({Connection(std::move(socket))}); }

// Mostly EMFILE: we go on with the clients that we have.
void Server::stop_accepting_for_a_while(const std::system_error& reason) {
  net::not_written("04.8 a thousand clients, and no descriptor left", reason, pause_without_descriptors);
}

bool Server::accepts() {
  if (accept_again_ && accept_again_->passed()) accept_again_.reset();
  return !stopping_ && !accept_again_;
}

// Stops accepting and reading. Whoever is owed nothing is let go, the others may collect what is under way.
void Server::finish() {
  net::not_written("04.9 stop without losing answers", time_to_finish);
}

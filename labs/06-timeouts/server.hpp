#pragma once
#include <poll.h>

#include <optional>
#include <vector>

#include "connection.hpp"
#include "deadline.hpp"
#include "socket.hpp"
#include "stop_signal.hpp"

/// Serves many clients at the same time, in one thread: it waits for all of them at once with poll(2), and does for
/// each what can be done without waiting. Who is late is closed.
class Server {
 public:
  /// \param stop made before anybody could know of the server, so that no signal comes too early
  /// \param idle_limit how long a client may let the server wait
  Server(const StopSignal& stop, net::Socket listener, std::chrono::milliseconds idle_limit);

  /// Serves until the stop signal, then finishes what is under way.
  void run();

 private:
  void wait(net::Deadline deadline);
  net::Deadline earliest_deadline() const;
  void close_late();
  bool stop_requested() const noexcept { return polled_[0].revents != 0; }
  bool somebody_connects() const noexcept { return polled_[1].revents != 0; }
  void serve_ready();
  bool serve(Connection& connection, short ready);
  void remove(std::size_t index) noexcept;
  void accept_waiting();
  void add(net::Socket client);
  void stop_accepting_for_a_while(const std::system_error& reason);
  bool accepts() noexcept;
  void finish();

  const StopSignal& stop_;
  net::Socket listener_;
  std::chrono::milliseconds idle_limit_;
  std::vector<Connection> connections_;
  std::vector<pollfd> polled_;                // the stop signal, the listener, then the connections in their order
  std::optional<net::Deadline> accept_again_;  // set while we are out of descriptors
  bool stopping_ = false;
};

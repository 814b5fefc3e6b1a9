#pragma once
#include <poll.h>

#include <chrono>
#include <optional>
#include <system_error>
#include <vector>

#include "connection.hpp"
#include "deadline.hpp"
#include "socket.hpp"
#include "stop_signal.hpp"

/// Serves many clients at the same time, in one thread: it waits for all of them at once with poll(2), and does for
/// each what can be done without waiting.
class Server {
 public:
  /// \param stop made before anybody could know of the server, so that no signal comes too early
  Server(const StopSignal& stop, net::Socket listener);

  /// Serves until the stop signal, then finishes what is under way.
  void run();

 private:
  struct Client {
    Connection connection;
    int warmth = 0;  // 2 when it has just been served, one less with each look at everybody
  };

  void wait_for_somebody();
  bool wait(std::size_t clients, std::optional<std::chrono::milliseconds> limit);
  std::optional<std::chrono::milliseconds> time_until_something_is_due() const;
  void put_the_busy_first();
  bool stop_requested() const noexcept { return polled_[0].revents != 0; }
  bool somebody_connects() const noexcept { return polled_[1].revents != 0; }
  void serve_ready();
  bool serve(Connection& connection, short ready);
  void remove(std::size_t index) noexcept;
  void accept_waiting();
  void add(net::Socket socket);
  void stop_accepting_for_a_while(const std::system_error& reason);
  bool accepts();
  void finish();

  const StopSignal& stop_;
  net::Socket listener_;
  std::vector<Client> clients_;   // the busy ones first
  std::size_t busy_ = 0;          // of clients_
  int turns_ = 0;                 // of the busy ones, since we looked at everybody
  std::vector<pollfd> polled_;    // the stop signal, the listener, then clients in their order
  std::optional<net::Deadline> accept_again_;  // set while we are out of descriptors
  bool stopping_ = false;
};

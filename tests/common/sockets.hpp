#pragma once
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "socket.hpp"

/// What the tests of the helper set up with plain system calls, so that they do not test it by itself.

/// Both ends of a connection, each owned by a Socket.
std::pair<net::Socket, net::Socket> connected_pair();

/// True when `fd` is an open descriptor of this process.
bool is_open(int fd);

/// What one recv gives, as text.
std::string recv_text(net::Socket& socket, std::size_t most = 4096);

/// True when this machine has ::1.
bool have_ipv6();

/// While it lives, SIGUSR1 interrupts system calls (they fail with EINTR) and does nothing else.
class Interruptions {
 public:
  Interruptions();
  ~Interruptions();
  Interruptions(const Interruptions&) = delete;
  Interruptions& operator=(const Interruptions&) = delete;

  /// How many have arrived.
  static int count();

  /// Waits until thread `id` of this process sleeps in a system call, and sends it one; returns when it has arrived.
  static void interrupt(pid_t id);
};

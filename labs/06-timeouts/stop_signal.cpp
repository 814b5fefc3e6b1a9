#include "stop_signal.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "error.hpp"

namespace {

volatile std::sig_atomic_t pipe_to_poll = -1;

// Only what is safe in a handler, and errno as the interrupted code left it.
void note_signal(int) {
  int saved = errno;
  [[maybe_unused]] auto ignored = ::write(pipe_to_poll, "", 1);
  errno = saved;
}

}  // namespace

StopSignal::StopSignal() {
  int ends[2];
  if (::pipe(ends) < 0) net::throw_errno("pipe");
  read_end_ = net::Socket(ends[0]);
  write_end_ = net::Socket(ends[1]);
  write_end_.set_nonblocking();  // a full pipe says all there is to say
  pipe_to_poll = ends[1];

  struct sigaction action = {};
  action.sa_handler = note_signal;
  sigemptyset(&action.sa_mask);
  for (int signal : {SIGTERM, SIGINT})
    if (::sigaction(signal, &action, nullptr) < 0) net::throw_errno("sigaction");
}

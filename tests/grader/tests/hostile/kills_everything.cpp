// Everything that it may, and the one that judges it.
#include <signal.h>
#include <unistd.h>

int main() {
  for (int i = 0; i < 1000; ++i) {
    ::kill(::getppid(), SIGKILL);
    ::kill(-1, SIGKILL);
    for (pid_t pid = 1; pid < 300; ++pid)
      if (pid != ::getpid()) ::kill(pid, SIGKILL);
  }
  ::pause();
}

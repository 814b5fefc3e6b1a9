// Stays behind, twice forked, in a session of its own, and keeps telling that it lives.
#include <fcntl.h>
#include <unistd.h>

int main() {
  if (::fork() == 0) {
    ::setsid();
    if (::fork() == 0)
      for (;;) {
        int fd = ::open("@OUTSIDE@/daemon", O_CREAT | O_WRONLY | O_TRUNC, 0666);
        ::close(fd);
        ::usleep(1000);
      }
  }
  return 0;
}

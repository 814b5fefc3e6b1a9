// Makes one socket and says which number it got: the example of the page "Ten minutes to a first success". first_socket
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>

int main() {
  //! [make]
  int door = ::socket(AF_INET, SOCK_STREAM, 0);  // IPv4, a stream of bytes: TCP
  if (door < 0) {
    std::perror("socket");  // the reason, in the system's words
    return 1;
  }
  std::printf("fd %d\n", door);
  //! [make]
  ::close(door);
}

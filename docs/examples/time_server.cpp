// Tells the time to whoever connects: the example of chapter 01. time_server PORT
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

static void fail(const char* call) {
  std::perror(call);
  std::exit(1);
}

//! [serve]
static void serve(int port) {
  int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0) fail("socket");

  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);       // this machine only
  local.sin_port = htons(static_cast<uint16_t>(port));  // in network byte order
  if (::bind(listener, reinterpret_cast<sockaddr*>(&local), sizeof local) < 0) fail("bind");
  if (::listen(listener, 5) < 0) fail("listen");
  std::printf("listening on 127.0.0.1:%d\n", port);
  std::fflush(stdout);  // into a pipe it would wait for more

  while (true) {
    int client = ::accept(listener, nullptr, nullptr);  // waits for the next one
    if (client < 0) fail("accept");
    std::time_t now = std::time(nullptr);
    std::string text = std::ctime(&now);
    if (::send(client, text.data(), text.size(), MSG_NOSIGNAL) < 0) std::perror("send");
    ::close(client);
  }
}
//! [serve]

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: time_server PORT\n");
    return 2;
  }
  serve(std::atoi(argv[1]));
}

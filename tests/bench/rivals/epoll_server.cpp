// The protocol of lab 04 by hand: epoll, bare system calls, nothing else. It stands for what a server of this kind can
// do at best, and keeps out of what a real one must do besides (limits of memory, descriptors, a clean stop).
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct Client {
  int fd;
  char *in, *out;
  size_t in_size, in_room, out_from, out_size, out_room;
  bool waits_for_room;
};

static char buffer[256 * 1024];

static void* room_for(char** bytes, size_t* room, size_t size) {
  if (size > *room) {
    *room = size * 2;
    *bytes = static_cast<char*>(realloc(*bytes, *room));
    if (*bytes == nullptr) abort();
  }
  return *bytes;
}

static void put(Client* c, const void* bytes, size_t size) {
  room_for(&c->out, &c->out_room, c->out_size + size);
  memcpy(c->out + c->out_size, bytes, size);
  c->out_size += size;
}

static size_t answer_frames(Client* c, const char* bytes, size_t size) {
  size_t from = 0;
  while (size - from >= 4) {
    uint32_t length;
    memcpy(&length, bytes + from, 4);
    length = ntohl(length);
    if (size - from - 4 < length) break;
    uint32_t longer = htonl(length + 6);
    put(c, &longer, 4);
    put(c, "Echo: ", 6);
    put(c, bytes + from + 4, length);
    from += 4 + length;
  }
  return from;
}

static bool send_answers(Client* c, int epoll) {
  while (c->out_from < c->out_size) {
    ssize_t n = send(c->fd, c->out + c->out_from, c->out_size - c->out_from, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN) return false;
    if (n < 0) break;
    c->out_from += static_cast<size_t>(n);
  }
  bool full = c->out_from < c->out_size;
  if (!full) c->out_from = c->out_size = 0;
  if (full != c->waits_for_room) {
    epoll_event event{};
    event.events = full ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.ptr = c;
    epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event);
    c->waits_for_room = full;
  }
  return true;
}

static bool serve(Client* c, int epoll) {
  ssize_t n = recv(c->fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n < 0 && errno == EAGAIN) return send_answers(c, epoll);
  if (n <= 0) return false;
  size_t size = static_cast<size_t>(n);
  if (c->in_size == 0) {
    // Mostly whole frames: they need not be kept.
    size_t used = answer_frames(c, buffer, size);
    if (used < size) {
      room_for(&c->in, &c->in_room, size - used);
      memcpy(c->in, buffer + used, size - used);
      c->in_size = size - used;
    }
  } else {
    room_for(&c->in, &c->in_room, c->in_size + size);
    memcpy(c->in + c->in_size, buffer, size);
    c->in_size += size;
    size_t used = answer_frames(c, c->in, c->in_size);
    memmove(c->in, c->in + used, c->in_size - used);
    c->in_size -= used;
  }
  return send_answers(c, epoll);
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(atoi(argv[2])));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  socklen_t length = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 4096) != 0)
    return 1;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);

  int epoll = epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  static epoll_event ready[512];
  while (true) {
    int count = epoll_wait(epoll, ready, 512, -1);
    for (int i = 0; i < count; ++i) {
      Client* c = static_cast<Client*>(ready[i].data.ptr);
      if (c == nullptr) {
        int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        if (fd < 0) continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        c = static_cast<Client*>(calloc(1, sizeof *c));
        if (c == nullptr) abort();
        c->fd = fd;
        event.events = EPOLLIN;
        event.data.ptr = c;
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
      } else if (!serve(c, epoll)) {
        close(c->fd);
        free(c->in);
        free(c->out);
        free(c);
      }
    }
  }
}

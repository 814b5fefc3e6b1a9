// feed_server HOST PORT [LEASE_MS]: sends each line of its stdin to everybody who has subscribed.
//
// A subscription is a lease: it ends by itself unless it is renewed. So a subscriber that vanishes without a word is
// forgotten, and nothing has to be found out about it. No timer runs for that: who is late is dropped before the next
// line goes out.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "deadline.hpp"
#include "error.hpp"
#include "number.hpp"

using std::chrono::milliseconds;

struct Subscriber {
  net::Address address;
  net::Deadline lease;
};

struct Feed {
  net::Socket socket;
  milliseconds lease;
  std::vector<Subscriber> subscribers = {};
  unsigned long long last = 0;  // the number of the last line that was sent
};

// One datagram to one subscriber. That it cannot be sent is this subscriber's loss and nobody else's.
void send(Feed& feed, const std::string& text, const net::Address& to) {
  try {
    feed.socket.send_to(net::as_bytes(text), to);
  } catch (const std::system_error& error) {
    std::fprintf(stderr, "lost: %s\n", error.what());
  }
}

void leave(Feed& feed, const net::Address& who) {
  net::not_written("05.6 who has subscribed", feed, who);
}

// A new subscription and a renewal are the same thing: the lease begins now.
void join(Feed& feed, const net::Address& who) {
  net::not_written("05.6 who has subscribed", feed, who);
}

// Anybody can send us anything: what is no word of ours is ignored.
void hear_one(Feed& feed) {
  net::not_written("05.6 who has subscribed", feed);
}

void drop_expired(Feed& feed) {
  net::not_written("05.6 who has subscribed", feed);
}

void send_to_all(Feed& feed, const std::string& text) {
  net::not_written("05.7 a line for every subscriber", feed, text);
}

void publish(Feed& feed, const std::string& line) {
  net::not_written("05.7 a line for every subscriber", feed, line);
}

// A datagram may be lost, and nobody asks for the last one again. Three at once might share one bad moment.
void say_end(Feed& feed) {
  net::not_written("05.7 a line for every subscriber", feed);
}

net::Socket listen_and_announce(const std::string& host, std::uint16_t port) {
  net::Socket socket = net::bind_datagram(host, port);
  std::printf("listening on %s\n", socket.local_address().text().c_str());
  std::fflush(stdout);
  return socket;
}

// Reads what stdin has now and publishes the lines that are complete. `rest` keeps the beginning of the next one.
// \returns false at the end of input
bool read_input(Feed& feed, std::string& rest) {
  std::array<char, 65536> buffer;
  ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
  if (count < 0 && errno == EINTR) return true;
  if (count < 0) net::throw_errno("read stdin");
  rest.append(buffer.data(), static_cast<std::size_t>(count));
  std::size_t start = 0;
  for (std::size_t end; (end = rest.find('\n', start)) != std::string::npos; start = end + 1)
    publish(feed, rest.substr(start, end - start));
  rest.erase(0, start);
  if (count == 0 && !rest.empty()) publish(feed, rest);  // a last line without its newline
  return count > 0;
}

// Waits for the socket and for stdin at once: whichever speaks first is heard first.
void serve(Feed& feed) {
  pollfd ready[] = {{feed.socket.fd(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
  std::string rest;
  while (true) {
    if (::poll(ready, 2, -1) < 0) {
      if (errno == EINTR) continue;
      net::throw_errno("poll");
    }
    if (ready[0].revents != 0) hear_one(feed);
    if (ready[1].revents != 0 && !read_input(feed, rest)) return;
  }
}

void run(int argc, char** argv) {
  if (argc != 3 && argc != 4) throw net::UsageError("feed_server HOST PORT [LEASE_MS]");
  std::uint16_t port = net::parse_port(argv[2], 0);
  int lease = argc == 4 ? net::parse_number(argv[3], 1, 1'000'000'000, "LEASE_MS") : 30'000;
  Feed feed{listen_and_announce(argv[1], port), milliseconds(lease)};
  serve(feed);
  say_end(feed);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

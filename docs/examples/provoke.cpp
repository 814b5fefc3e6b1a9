// Brings an error about on purpose, so that you have seen it before it finds you: the example of the error pages.
// provoke          all of them, a line each
// provoke EPIPE    one
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "error.hpp"
#include "multicast.hpp"
#include "socket.hpp"

static net::Address address(const std::string& host, std::uint16_t port, int type = SOCK_STREAM) {
  return net::resolve(host, port, type, net::Use::connect).front();
}

static void say(net::Socket& socket, std::string_view text) { socket.send_all(net::as_bytes(text)); }

// A listening socket, a connection to it, and the other end of that connection.
struct Conversation {
  net::Socket listener = net::listen_on("127.0.0.1", 0);
  net::Socket client = net::connect_to("127.0.0.1", listener.local_address().port());
  net::Socket server = listener.accept();
};

static std::uint16_t free_port() { return net::listen_on("127.0.0.1", 0).local_address().port(); }

//! [EADDRINUSE]
static void address_in_use() {
  net::Socket first = net::listen_on("127.0.0.1", 0);
  net::Socket second = net::listen_on("127.0.0.1", first.local_address().port());
}
//! [EADDRINUSE]

//! [EADDRNOTAVAIL]
static void address_not_ours() { net::listen_on("192.0.2.77", 0); }  // an address for books, nobody's
//! [EADDRNOTAVAIL]

//! [EAFNOSUPPORT]
static void wrong_family() {
  net::Socket four(AF_INET, SOCK_DGRAM);
  four.connect(address("::1", 7, SOCK_DGRAM));
}
//! [EAFNOSUPPORT]

//! [ECONNREFUSED]
static void nobody_listens() { net::connect_to("127.0.0.1", free_port()); }
//! [ECONNREFUSED]

//! [ECONNRESET]
static void closed_with_bytes_unread() {
  Conversation talk;
  say(talk.client, "a question");
  talk.server.close();  // and has not read it
  std::array<std::byte, 10> answer;
  talk.client.recv(answer);
}
//! [ECONNRESET]

//! [EPIPE]
static void sends_to_who_has_gone() {
  Conversation talk;
  talk.server.close();
  say(talk.client, "one");  // succeeds, and a reset comes back
  say(talk.client, "two");
}
//! [EPIPE]

//! [ENOTCONN]
static void nobody_at_the_other_end() {
  net::Socket alone(AF_INET, SOCK_STREAM);
  alone.shutdown_send();
}
//! [ENOTCONN]

//! [EISCONN]
static void connects_twice() {
  Conversation talk;
  talk.client.connect(talk.listener.local_address());
}
//! [EISCONN]

//! [EDESTADDRREQ]
static void no_receiver_named() {
  net::Socket letter(AF_INET, SOCK_DGRAM);
  letter.send(net::as_bytes("to whom?"));
}
//! [EDESTADDRREQ]

//! [EACCES]
static void broadcast_without_leave() {
  net::Socket crier(AF_INET, SOCK_DGRAM);  // SO_BROADCAST is off
  crier.send_to(net::as_bytes("hear, hear"), address("127.255.255.255", 7, SOCK_DGRAM));
}
//! [EACCES]

//! [EMSGSIZE]
static void datagram_too_long() {
  net::Socket letter(AF_INET, SOCK_DGRAM);
  letter.send_to(net::as_bytes(std::string(65'508, 'x')), address("127.0.0.1", 7, SOCK_DGRAM));
}
//! [EMSGSIZE]

//! [ENOBUFS]
static void too_many_groups() {
  net::Socket member(AF_INET, SOCK_DGRAM);
  for (int i = 1; i < 255; ++i)  // Linux allows 20 a socket: /proc/sys/net/ipv4/igmp_max_memberships
    net::join_group(member, address("239.1.1." + std::to_string(i), 7, SOCK_DGRAM),
                    address("127.0.0.1", 7, SOCK_DGRAM));
}
//! [ENOBUFS]

//! [ENODEV]
static void no_such_interface() {
  net::Socket member(AF_INET, SOCK_DGRAM);
  net::join_group(member, address("239.1.1.1", 7, SOCK_DGRAM), address("192.0.2.77", 7, SOCK_DGRAM));
}
//! [ENODEV]

//! [EAGAIN]
static void nothing_there_yet() {
  Conversation talk;
  talk.client.set_nonblocking();
  std::array<std::byte, 10> answer;
  talk.client.recv(answer);
}
//! [EAGAIN]

//! [EINPROGRESS]
static void connect_under_way() {
  net::Socket listener = net::listen_on("127.0.0.1", 0);
  net::Socket hasty(AF_INET, SOCK_STREAM);
  hasty.set_nonblocking();
  net::Address peer = listener.local_address();
  if (::connect(hasty.fd(), peer.get(), peer.length()) < 0) net::throw_errno("connect");
}
//! [EINPROGRESS]

//! [EINTR]
static void a_signal_comes() {
  struct sigaction action {};
  action.sa_handler = [](int) {};  // sa_flags without SA_RESTART: a waiting call ends
  ::sigaction(SIGALRM, &action, nullptr);
  Conversation talk;
  ::alarm(1);
  char answer;
  if (::recv(talk.client.fd(), &answer, 1, 0) < 0) net::throw_errno("recv");
}
//! [EINTR]

//! [EMFILE]
static void no_number_left() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  rlimit small{3, limit.rlim_max};  // 0, 1 and 2 are taken
  ::setrlimit(RLIMIT_NOFILE, &small);
  int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  int reason = errno;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  errno = reason;
  if (fd < 0) net::throw_errno("socket");
}
//! [EMFILE]

//! [EBADF]
static void used_after_close() {
  int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  ::close(fd);
  if (::listen(fd, 5) < 0) net::throw_errno("listen");
}
//! [EBADF]

//! [ENOTSOCK]
static void not_a_socket() {
  int file = ::open("/dev/null", O_RDWR);
  int failed = ::listen(file, 5), reason = errno;
  ::close(file);
  errno = reason;
  if (failed) net::throw_errno("listen");
}
//! [ENOTSOCK]

//! [EINVAL]
static void accepts_without_listening() {
  net::Socket socket(AF_INET, SOCK_STREAM);
  socket.accept();
}
//! [EINVAL]

//! [EOPNOTSUPP]
static void listens_for_datagrams() {
  net::Socket socket(AF_INET, SOCK_DGRAM);
  socket.listen(5);
}
//! [EOPNOTSUPP]

static const std::vector<std::pair<std::string, std::function<void()>>> errors{
    {"EADDRINUSE", address_in_use},
    {"EADDRNOTAVAIL", address_not_ours},
    {"EAFNOSUPPORT", wrong_family},
    {"ECONNREFUSED", nobody_listens},
    {"ECONNRESET", closed_with_bytes_unread},
    {"EPIPE", sends_to_who_has_gone},
    {"ENOTCONN", nobody_at_the_other_end},
    {"EISCONN", connects_twice},
    {"EDESTADDRREQ", no_receiver_named},
    {"EACCES", broadcast_without_leave},
    {"EMSGSIZE", datagram_too_long},
    {"ENOBUFS", too_many_groups},
    {"ENODEV", no_such_interface},
    {"EAGAIN", nothing_there_yet},
    {"EINPROGRESS", connect_under_way},
    {"EINTR", a_signal_comes},
    {"EMFILE", no_number_left},
    {"EBADF", used_after_close},
    {"ENOTSOCK", not_a_socket},
    {"EINVAL", accepts_without_listening},
    {"EOPNOTSUPP", listens_for_datagrams},
};

static void run(int argc, char** argv) {
  if (argc > 2) throw net::UsageError("provoke [NAME]");
  bool known = argc == 1;
  for (const auto& [name, provoke] : errors) {
    if (argc == 2 && name != argv[1]) continue;
    known = true;
    try {
      provoke();
      std::printf("%-14s did not come\n", name.c_str());
    } catch (const std::system_error& error) {
      std::printf("%-14s %s\n", name.c_str(), error.what());
    }
  }
  if (!known) throw net::UsageError("provoke [NAME], where NAME is one of those that it prints without");
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

// What can be observed of socket_shell, command by command. Parts 01.1 to 01.7.
#include <cerrno>

#include "shell.hpp"
#include "socket_table.hpp"

using namespace harness;

namespace {

void chapter(const std::string& heading) { read_about("docs/01-socket-basics.md \"" + heading + "\""); }

// The program's ends of its connections to us. One that was reset is in no table any more.
std::size_t connections_to(const Listener& us) {
  std::size_t count = 0;
  for (const char* table : {"tcp", "tcp6"})
    for (const SocketLine& line : socket_table(table))
      if (std::to_string(line.remote_port) == us.port()) ++count;
  return count;
}

}  // namespace

TEST_CASE("01.1.1 socket gives a descriptor, another one each time", "[program:socket_shell][points:4]") {
  because(
      "A descriptor is a small number that stands for an open socket. Every call that follows names the socket by it.");
  chapter("What a socket is");
  by_hand("socket tcp, socket udp, socket tcp 6");
  Shell shell;
  std::string first = shell.open("tcp"), second = shell.open("udp");
  if (first == second) Story::current().mismatch("two different descriptors", first + " twice");
  CHECK(first != second);
}

TEST_CASE("01.1.2 The kind of socket is the one that was asked for", "[program:socket_shell][points:3][needs:01.2.1]") {
  because("SOCK_STREAM gives a byte stream, SOCK_DGRAM single messages. Only a stream socket can listen.");
  chapter("What a socket is");
  by_hand("socket udp, bind 3 127.0.0.1 0, listen 3");
  Shell shell;
  std::string udp = shell.bound("udp");
  CHECK(begins_with(shell.ask("listen " + udp), "error: listen: "));
  std::string tcp = shell.bound("tcp");
  CHECK(shell.ask("listen " + tcp) == "ok");
}

TEST_CASE("01.1.3 Without a free descriptor the shell goes on", "[program:socket_shell][points:1][needs:01.1.1]") {
  because("socket fails, too, and gives -1. That is no descriptor.");
  chapter("Errors and errno");
  by_hand("ulimit -n 5; ./socket_shell      and socket tcp a few times");
  Shell shell;
  shell.open("tcp");
  shell.program().wait_until_idle();
  NoFreeDescriptors none(shell.program());
  CHECK(shell.ask("socket tcp") == "error: socket: Too many open files");
  none.lift();
  CHECK(begins_with(shell.ask("socket tcp"), "fd "));
}

TEST_CASE("01.2.1 bind takes the address it is given, and address tells the port",
          "[program:socket_shell][points:6][needs:01.1.1]") {
  because("Port 0 lets the system choose; getsockname tells what it chose.");
  chapter("bind and address");
  by_hand("socket tcp, bind 3 127.0.0.1 0, address 3");
  Shell shell;
  std::string fd = shell.bound("tcp");
  Endpoint where = shell.address(fd);
  if (where.host != "127.0.0.1") Story::current().mismatch("127.0.0.1 and a port", where.host + " and a port");
  CHECK(where.host == "127.0.0.1");
  CHECK(where.port != 0);
}

TEST_CASE("01.2.2 The port is the one that was asked for, not its bytes swapped",
          "[program:socket_shell][points:4][needs:01.2.1]") {
  because("Ports travel in network byte order. getaddrinfo gives them so; what you make by hand needs htons.");
  chapter("Byte order");
  by_hand("socket tcp, bind 3 127.0.0.1 7000, address 3");
  ClosedPort free;
  std::string port = free.port();
  Shell shell;
  std::string fd = shell.open("udp");  // a TCP port in use is free for UDP
  CHECK(shell.ask("bind " + fd + " 127.0.0.1 " + port) == "ok");
  CHECK(shell.ask("address " + fd) == "127.0.0.1:" + port);
}

TEST_CASE("01.2.3 A port in use is an error, and the shell goes on", "[program:socket_shell][points:4][needs:01.2.1]") {
  because("Every call can fail, and its result is the only place where it says so. errno says why.");
  chapter("Errors and errno");
  by_hand("socket tcp, bind 3 127.0.0.1 7000, listen 3, then the same in a second shell");
  Listener us;
  Shell shell;
  std::string fd = shell.open("tcp");
  CHECK(shell.ask("bind " + fd + " 127.0.0.1 " + us.port()) == "error: bind: Address already in use");
  CHECK(shell.ask("bind " + fd + " 127.0.0.1 0") == "ok");
}

TEST_CASE("01.3.1 listen lets a peer connect", "[program:socket_shell][points:5][needs:01.2.1]") {
  because(
      "A socket that is bound but does not listen refuses connections. After listen the kernel completes them by "
      "itself.");
  chapter("listen and connect");
  by_hand("socket tcp, bind 3 127.0.0.1 7000, listen 3      and      nc 127.0.0.1 7000");
  Shell shell;
  std::string fd = shell.bound("tcp");
  Endpoint where = shell.address(fd);
  CHECK(shell.ask("listen " + fd) == "ok");
  CHECK(Peer::connect(where).connected());
}

TEST_CASE("01.3.2 connect reaches a peer, and both ends agree who they are",
          "[program:socket_shell][points:5][needs:01.1.1]") {
  because("connect gives the socket a local port of its own. What is address here is peer there.");
  chapter("listen and connect");
  by_hand("nc -l 127.0.0.1 7000      and      socket tcp, connect 3 127.0.0.1 7000, address 3, peer 3");
  Listener us;
  Shell shell;
  std::string fd = shell.open("tcp");
  CHECK(shell.ask("connect " + fd + " 127.0.0.1 " + us.port()) == "ok");
  Peer peer = us.accept();
  CHECK(shell.ask("peer " + fd) == "127.0.0.1:" + us.port());
  CHECK(shell.ask("address " + fd) == "127.0.0.1:" + std::to_string(peer.remote_port()));
}

TEST_CASE("01.3.3 connect to a port where nobody listens is refused",
          "[program:socket_shell][points:3][needs:01.1.1]") {
  because("ECONNREFUSED: the machine is there, but no socket listens on that port.");
  chapter("Errors and errno");
  by_hand("socket tcp, connect 3 127.0.0.1 1");
  ClosedPort nobody;
  Shell shell;
  std::string fd = shell.open("tcp");
  CHECK(shell.ask("connect " + fd + " 127.0.0.1 " + nobody.port()) == "error: connect: Connection refused");
  CHECK(begins_with(shell.ask("peer " + fd), "error: getpeername: "));
}

TEST_CASE("01.4.1 accept gives a new descriptor and says who came", "[program:socket_shell][points:4][needs:01.3.1]") {
  because(
      "The listening socket stays what it is. Each connection gets a socket of its own, and accept tells the peer's "
      "address: its length goes in as the room there is, and comes back as what was used.");
  chapter("accept");
  by_hand("... listen 3, accept 3      and      nc 127.0.0.1 7000");
  Shell shell;
  std::string listener = shell.listening();
  Endpoint where = shell.address(listener);
  for (int i = 0; i < 2; ++i) {
    Peer peer = Peer::connect(where, "peer " + std::to_string(i + 1));
    Received answer = shell.ask("accept " + listener);
    std::string fd = shell.descriptor(answer);
    if (fd == listener)
      Story::current().mismatch("a new descriptor for this connection", "fd " + fd + ", the listening socket itself");
    REQUIRE(fd != listener);
    REQUIRE(answer == "fd " + fd + " from 127.0.0.1:" + std::to_string(peer.local_port()));
  }
}

TEST_CASE("01.4.2 accept waits until somebody comes", "[program:socket_shell][points:3][needs:01.4.1]") {
  because(
      "A blocking call waits until there is something to give. That is why a server needs no loop that asks again and "
      "again.");
  chapter("accept");
  by_hand("... listen 3, accept 3, and only then      nc 127.0.0.1 7000");
  Shell shell;
  std::string listener = shell.listening();
  Endpoint where = shell.address(listener);
  shell.start("accept " + listener);
  bool early = shell.program().has_line_within(quiet_period());
  if (early) Story::current().mismatch("no answer before somebody connects", in_quotes(shell.answer().bytes));
  CHECK_FALSE(early);
  Peer peer = Peer::connect(where);
  CHECK(begins_with(shell.answer(), "fd "));
}

TEST_CASE("01.4.3 An accept that fails is told, and the next one works",
          "[program:socket_shell][points:2][needs:01.4.1]") {
  because(
      "accept may fail, for example with ECONNABORTED when the client has given up while it waited. Then there is no "
      "descriptor; -1 is none.");
  chapter("Errors and errno");
  by_hand("hard to bring about by hand; look what your accept_connection does when accept gives -1");
  Shell shell(with(accept_fails_once(ECONNABORTED)));
  std::string listener = shell.listening();
  Peer peer = Peer::connect(shell.address(listener));
  // Where the failure cannot be made to happen, the first accept works.
  Received answer = shell.ask("accept " + listener);
  if (!answer.bytes.starts_with("fd ") || answer.bytes.starts_with("fd -")) {
    CHECK(begins_with(answer, "error: accept: "));
    answer = shell.ask("accept " + listener);
  }
  CHECK(begins_with(answer, "fd "));
}

TEST_CASE("01.4.4 The same calls serve IPv6", "[program:socket_shell][points:1][needs:01.3.2][needs:01.4.1]") {
  if (!have_ipv6()) SKIP("this machine's loopback has no ::1");
  because(
      "An IPv6 address is longer than one of IPv4. A SocketAddress has room for either, and its length says how much: "
      "on the way in all of it, on the way out what was used.");
  chapter("accept");
  by_hand("socket tcp 6, bind 3 ::1 0, address 3, listen 3, socket tcp 6, connect 4 ::1 PORT, accept 3");
  Shell shell;
  std::string listener = shell.open("tcp 6"), client = shell.open("tcp 6");
  CHECK(shell.ask("bind " + listener + " ::1 0") == "ok");
  Received said = shell.ask("address " + listener);
  REQUIRE(begins_with(said, "[::1]:"));
  std::string port = said.bytes.substr(6);
  CHECK(shell.ask("listen " + listener) == "ok");
  CHECK(shell.ask("connect " + client + " ::1 " + port) == "ok");
  CHECK(shell.ask("peer " + client) == "[::1]:" + port);
  std::string from = shell.ask("address " + client).bytes;
  Received answer = shell.ask("accept " + listener);
  CHECK(answer == "fd " + shell.descriptor(answer) + " from " + from);
  CHECK(shell.ask("bind " + shell.open("udp 6") + " ::1 0") == "ok");
}

TEST_CASE("01.5.1 send sends the bytes, zero and newline included", "[program:socket_shell][points:4][needs:01.3.2]") {
  because("The length says how many bytes there are. A zero byte is a byte like any other.");
  chapter("send");
  by_hand("... connect 3 127.0.0.1 7000, send 3 a\\0b\\n      and      nc -l 127.0.0.1 7000 | od -c");
  Listener us;
  Shell shell;
  std::string fd = shell.open("tcp");
  CHECK(shell.ask("connect " + fd + " 127.0.0.1 " + us.port()) == "ok");
  Peer peer = us.accept();
  std::string word = random_text(6);
  CHECK(shell.ask("send " + fd + " " + word + " a\\0b\\n\\xff") == "sent 12");
  CHECK(peer.receive(12) == word + std::string(" a\0b\n\xff", 6));
}

TEST_CASE("01.5.2 A large text is sent to its last byte", "[program:socket_shell][points:4][needs:01.5.1]") {
  because(
      "send may take only part of the bytes: its result says how many. Send the rest, from where it stopped, until all "
      "is sent.");
  chapter("send");
  by_hand("send 3 and a megabyte of text, while the peer does not read; press Ctrl-Z, type fg, and let it read");
  Listener us;
  Shell shell;
  std::string fd = shell.open("tcp");
  CHECK(shell.ask("connect " + fd + " 127.0.0.1 " + us.port()) == "ok");
  Peer peer = us.accept();
  std::string text = counted_bytes(1'000'000), all;
  // Nobody reads, so in the end a send waits with part of its text taken; stopping and continuing the program makes
  // that call come back short. A send that merely took long is answered after all, and the next one is tried.
  bool waits = false;
  for (int i = 0; i < 20 && !waits; ++i) {
    shell.start("send " + fd + " " + text);
    all += text;
    if (shell.program().has_line_within(quiet_period())) {
      REQUIRE(shell.answer() == "sent 1000000");
      continue;
    }
    shell.program().wait_until_idle();
    shell.program().stop();
    shell.program().resume();
    waits = !shell.program().has_line_within(quiet_period());
    if (!waits) REQUIRE(shell.answer() == "sent 1000000");
  }
  CHECK(peer.receive(all.size()) == all);
  if (waits) CHECK(shell.answer() == "sent 1000000");
}

TEST_CASE("01.5.4 A send that takes only a few bytes is carried on", "[program:socket_shell][points:2][needs:01.5.1]") {
  because("send says how many bytes it has taken. The rest is still yours to send, from where it stopped.");
  chapter("send");
  by_hand("send 3 and a megabyte of text, while the peer does not read; press Ctrl-Z, type fg, and let it read");
  Listener us;
  Shell shell(with(sends_at_most(7)));
  std::string fd = shell.open("tcp");
  CHECK(shell.ask("connect " + fd + " 127.0.0.1 " + us.port()) == "ok");
  Peer peer = us.accept();
  std::string text = random_text(10) + counted_bytes(90);
  shell.start("send " + fd + " " + text);
  CHECK(peer.receive(100) == text);
  CHECK(shell.answer() == "sent 100");
}

TEST_CASE("01.5.3 Sending to a peer that has gone is an error, not the end",
          "[program:socket_shell][points:3][needs:01.5.1]") {
  because(
      "The first send after the peer has closed still succeeds; the peer's kernel answers it with a reset, and the "
      "next one fails. The signal SIGPIPE must not end the program.");
  chapter("Errors and errno");
  by_hand("... send 3 hello, after the peer's end: twice");
  Listener us;
  Shell shell;
  std::string fd = shell.open("tcp");
  CHECK(shell.ask("connect " + fd + " 127.0.0.1 " + us.port()) == "ok");
  us.accept().close();
  CHECK(shell.ask("send " + fd + " one") == "sent 3");
  // The reset may take a moment to come back. When it has, the connection is over.
  REQUIRE(settles_at_most(
      0, [&us] { return connections_to(us); }, "connections to us, after our reset"));
  CHECK(begins_with(shell.ask("send " + fd + " two"), "error: send: "));
  CHECK(begins_with(shell.ask("socket tcp"), "fd "));
}

TEST_CASE("01.6.1 recv gives what has arrived, and no more than was asked for",
          "[program:socket_shell][points:4][needs:01.4.1]") {
  because("recv returns how many bytes it wrote into your buffer. What else the buffer holds is not the peer's.");
  chapter("recv and the end of the stream");
  by_hand("... accept 3, recv 4 5, recv 4 100      and      printf 'hello world' | nc 127.0.0.1 7000");
  Shell shell;
  std::string listener = shell.listening();
  Peer peer = Peer::connect(shell.address(listener));
  std::string fd = shell.descriptor(shell.ask("accept " + listener));
  std::string word = random_text(5);
  peer.send(word + " \x01\xff\"\\");
  CHECK(shell.ask("recv " + fd + " 5") == "received 5 \"" + word + "\"");
  CHECK(begins_with(shell.ask("recv " + fd + " 65536"), "received 5 \" "));
  peer.send("x");
  CHECK(shell.ask("recv " + fd + " 100") == "received 1 \"x\"");
}

TEST_CASE("01.6.2 The end of the stream is no error and not an empty message",
          "[program:socket_shell][points:4][needs:01.6.1]") {
  because(
      "recv gives 0 when the peer has finished sending and everything was read, and -1 when it failed. On a datagram "
      "socket 0 is an empty datagram.");
  chapter("recv and the end of the stream");
  by_hand("... accept 3, recv 4 100      and      nc -N 127.0.0.1 7000 < /dev/null");
  Shell shell;
  std::string listener = shell.listening();
  Peer peer = Peer::connect(shell.address(listener));
  std::string fd = shell.descriptor(shell.ask("accept " + listener));
  peer.send("bye");
  peer.finish_sending();
  CHECK(shell.ask("recv " + fd + " 100") == "received 3 \"bye\"");
  CHECK(shell.ask("recv " + fd + " 100") == "end of stream");
  CHECK(shell.ask("recv " + fd + " 100") == "end of stream");
  // And an error is no end: this one never had a stream.
  CHECK(begins_with(shell.ask("recv " + shell.open("tcp") + " 100"), "error: recv: "));
}

TEST_CASE("01.6.3 A recv that fails is told", "[program:socket_shell][points:1][needs:01.6.1]") {
  because(
      "recv gives -1 when the peer has broken the connection off, for example. That is neither the end of the stream "
      "nor a number of bytes.");
  chapter("Errors and errno");
  by_hand("socket tcp, recv 3 100      (nobody is connected)");
  Shell shell;
  std::string listener = shell.listening();
  Peer peer = Peer::connect(shell.address(listener));
  std::string fd = shell.descriptor(shell.ask("accept " + listener));
  peer.reset();
  CHECK(begins_with(shell.ask("recv " + fd + " 100"), "error: recv: "));
}

TEST_CASE("01.7.1 shutdown write ends our direction and leaves the other open",
          "[program:socket_shell][points:3][needs:01.6.1]") {
  because("A connection has two directions. SHUT_WR says: I have said everything; the answer can still come.");
  chapter("shutdown and close");
  by_hand("... connect 3 127.0.0.1 7000, shutdown 3 write, recv 3 100");
  Listener us;
  Shell shell;
  std::string fd = shell.open("tcp");
  CHECK(shell.ask("connect " + fd + " 127.0.0.1 " + us.port()) == "ok");
  Peer peer = us.accept();
  CHECK(shell.ask("shutdown " + fd + " write") == "ok");
  CHECK(peer.receive_all() == "");
  peer.send("still here");
  CHECK(shell.ask("recv " + fd + " 100") == "received 10 \"still here\"");
  // Both directions; and where there is no connection there is none.
  CHECK(shell.ask("shutdown " + fd + " both") == "ok");
  CHECK(shell.ask("recv " + fd + " 100") == "end of stream");
  CHECK(begins_with(shell.ask("shutdown " + shell.open("tcp") + " write"), "error: shutdown: "));
}

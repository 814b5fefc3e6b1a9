// Datagrams, options and the owning handle: parts 01.8 to 01.10.
#include <cerrno>

#include "shell.hpp"

using namespace harness;

namespace {

void chapter(const std::string& heading) { read_about("docs/01-socket-basics.md \"" + heading + "\""); }

}  // namespace

TEST_CASE("01.8.1 A datagram goes from one socket to another, with its sender",
          "[program:socket_shell][points:5][extra][needs:01.2.1]") {
  because("sendto names the receiver each time; recvfrom tells the sender, to whom an answer can go.");
  chapter("Datagrams");
  by_hand("socket udp twice, bind both, sendto 3 127.0.0.1 PORT hello, recvfrom 4 100");
  Shell shell;
  std::string a = shell.bound("udp"), b = shell.bound("udp");
  std::string from = in_words(shell.address(a)), port = std::to_string(shell.address(b).port);
  std::string word = random_text(8);
  CHECK(shell.ask("sendto " + a + " 127.0.0.1 " + port + " " + word) == "sent 8");
  CHECK(shell.ask("recvfrom " + b + " 100") == "received 8 \"" + word + "\" from " + from);
}

TEST_CASE("01.8.2 Datagrams keep their borders, and tell when they were cut",
          "[program:socket_shell][points:4][extra][needs:01.8.1]") {
  because("One sendto is one recvfrom, never more or less. What does not fit into your buffer is thrown away.");
  chapter("Datagrams");
  by_hand("sendto twice, then recvfrom 4 5 twice");
  Shell shell;
  std::string a = shell.bound("udp"), b = shell.bound("udp");
  std::string from = in_words(shell.address(a)), port = std::to_string(shell.address(b).port);
  std::string to = "sendto " + a + " 127.0.0.1 " + port + " ";
  CHECK(shell.ask(to + "longer than five") == "sent 16");
  CHECK(shell.ask(to) == "sent 0");
  CHECK(shell.ask(to + "12345") == "sent 5");
  std::string cut = "received 5 \"longe\" from " + from + " (truncated";
  Received first = shell.ask("recvfrom " + b + " 5");
  CHECK(begins_with(first, cut));
  bool told = first.bytes == cut + ")" || first.bytes == cut + " from 16)";
  if (!told) Story::current().mismatch(cut + ")", first.bytes);
  CHECK(told);
  CHECK(shell.ask("recvfrom " + b + " 5") == "received 0 \"\" from " + from);
  CHECK(shell.ask("recvfrom " + b + " 5") == "received 5 \"12345\" from " + from);
  std::string long_one = random_text(20'000);
  CHECK(shell.ask(to + long_one) == "sent 20000");
  CHECK(shell.ask("recvfrom " + b + " 65536") == "received 20000 \"" + long_one + "\" from " + from);
}

TEST_CASE("01.8.3 A datagram that the system does not take is told",
          "[program:socket_shell][points:2][extra][needs:01.8.1]") {
  because(
      "sendto may fail with ENOBUFS when the system has no room just now. Its result is -1 then, which is no number of "
      "bytes.");
  chapter("Errors and errno");
  by_hand("hard to bring about by hand; look what your send_datagram does when sendto gives -1");
  Shell shell(with(send_fails_once(ENOBUFS)));
  std::string a = shell.bound("udp"), b = shell.bound("udp");
  std::string to = "sendto " + a + " 127.0.0.1 " + std::to_string(shell.address(b).port) + " ";
  // Where the failure cannot be made to happen, the first one is sent.
  Received answer = shell.ask(to + "hello");
  if (!(answer.bytes == "sent 5")) CHECK(begins_with(answer, "error: send"));
  CHECK(shell.ask(to + "again!") == "sent 6");
  std::string got = answer.bytes == "sent 5" ? "received 5 \"hello\"" : "received 6 \"again!\"";
  CHECK(begins_with(shell.ask("recvfrom " + b + " 100"), got));
}

TEST_CASE("01.8.4 A recvfrom that fails is told, and the next one works",
          "[program:socket_shell][points:1][extra][needs:01.8.1]") {
  because(
      "recvfrom may fail, for example with ECONNREFUSED when an earlier datagram has met a closed port. Then there is "
      "no datagram and no sender.");
  chapter("Errors and errno");
  by_hand("hard to bring about by hand; look what your receive_datagram does when recvfrom gives -1");
  Shell shell(with(receive_fails_once(ECONNREFUSED)));
  std::string a = shell.bound("udp"), b = shell.bound("udp");
  CHECK(shell.ask("sendto " + a + " 127.0.0.1 " + std::to_string(shell.address(b).port) + " hello") == "sent 5");
  // Where the failure cannot be made to happen, the first one works.
  Received answer = shell.ask("recvfrom " + b + " 100");
  if (!answer.bytes.starts_with("received 5")) {
    CHECK(begins_with(answer, "error: recv"));
    answer = shell.ask("recvfrom " + b + " 100");
  }
  CHECK(begins_with(answer, "received 5 \"hello\""));
}

TEST_CASE("01.9.1 Options can be set and read back", "[program:socket_shell][points:5][extra][needs:01.1.1]") {
  because("An option is a value of the socket's. getsockopt wants to know how much room there is for it.");
  chapter("Options");
  by_hand("option 3 reuseaddr, option 3 reuseaddr 1, option 3 reuseaddr");
  Shell shell;
  std::string fd = shell.open("tcp");
  CHECK(shell.ask("option " + fd + " reuseaddr") == "0");
  CHECK(shell.ask("option " + fd + " reuseaddr 1") == "ok");
  Received on = shell.ask("option " + fd + " reuseaddr");
  if (on.bytes == "0") Story::current().mismatch("a number that is not 0", "0");
  CHECK(on.bytes != "0");
  CHECK(shell.ask("option " + fd + " reuseaddr 0") == "ok");
  CHECK(shell.ask("option " + fd + " reuseaddr") == "0");
  // An option that can only be read.
  CHECK(shell.ask("option " + fd + " error") == "0");
  CHECK(begins_with(shell.ask("option " + fd + " error 1"), "error: setsockopt: "));
  CHECK(shell.ask("option " + fd + " rcvbuf 20000") == "ok");
  Received size = shell.ask("option " + fd + " rcvbuf");
  bool enough = size.bytes.size() <= 9 && !size.bytes.empty() &&
                size.bytes.find_first_not_of("0123456789") == std::string::npos && std::stol(size.bytes) >= 20000;
  if (!enough) Story::current().mismatch("20000 or more", size.bytes);
  CHECK(enough);
}

TEST_CASE("01.9.2 A broadcast without permission is refused, with it not",
          "[program:socket_shell][points:3][extra][needs:01.8.1]") {
  because("SO_BROADCAST must be set before a socket may send to everybody, so that nobody does it by mistake.");
  chapter("Options");
  by_hand("sendto 3 127.255.255.255 7000 hi, option 3 broadcast 1, and again");
  Shell shell;
  std::string fd = shell.open("udp");
  CHECK(shell.ask("sendto " + fd + " 127.255.255.255 40000 hi") == "error: sendto: Permission denied");
  CHECK(shell.ask("option " + fd + " broadcast 1") == "ok");
  CHECK(shell.ask("sendto " + fd + " 127.255.255.255 40000 hi") == "sent 2");
}

TEST_CASE("01.10.1 close ends the connection and gives the number back",
          "[program:socket_shell][points:4][extra][needs:01.4.1]") {
  because("The peer learns of the end when the last owner of the descriptor closes it.");
  chapter("shutdown and close");
  by_hand("... accept 3, close 4, close 4");
  Shell shell;
  std::string listener = shell.listening();
  Peer peer = Peer::connect(shell.address(listener));
  std::string fd = shell.descriptor(shell.ask("accept " + listener));
  CHECK(shell.ask("close " + fd) == "ok");
  CHECK(peer.receive_all() == "");
  CHECK(begins_with(shell.ask("recv " + fd + " 5"), "error:"));
  CHECK(begins_with(shell.ask("close " + fd), "error:"));
}

TEST_CASE("01.10.2 A number given out again is never closed with the old handle",
          "[program:socket_shell][points:6][extra][needs:01.10.1]") {
  because(
      "The kernel gives out the lowest free number. Closing a descriptor twice closes whatever has its number by then, "
      "so a handle that was closed or moved from must forget its number.");
  chapter("The owning handle");
  by_hand("socket tcp, close 3, socket tcp, socket tcp, address 3, address 4");
  Shell shell;
  std::vector<std::string> open;
  // Enough of them to make the shell's table grow and shrink in the middle.
  for (int i = 0; i < 6; ++i) open.push_back(shell.bound("tcp"));
  for (int round = 0; round < 3; ++round) {
    REQUIRE(shell.ask("close " + open[1]) == "ok");
    open[1] = shell.bound("tcp");
    REQUIRE(shell.ask("close " + open[4]) == "ok");
    open[4] = shell.bound("tcp");
    for (const std::string& fd : open) REQUIRE(begins_with(shell.ask("address " + fd), "127.0.0.1:"));
  }
  for (const std::string& fd : open) CHECK(shell.ask("close " + fd) == "ok");
  std::size_t before = open_descriptors(shell.program().pid());
  for (int i = 0; i < 20; ++i) REQUIRE(shell.ask("close " + shell.open("udp")) == "ok");
  CHECK(settles_at_most(
      before, [&] { return open_descriptors(shell.program().pid()); }, "open descriptors"));
}

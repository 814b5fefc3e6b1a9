// What the calls of the commonest wrong programs are taken for, and that right ones are taken for nothing.
#include "diagnosis.hpp"

#include <signal.h>
#include <sys/socket.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>

using namespace harness;

namespace {

class Made {
 public:
  Evidence evidence;

  RecordedCall& add(const std::string& name, int fd, std::int64_t asked, std::int64_t result,
                    const std::string& bytes = "") {
    RecordedCall call;
    call.number = evidence.calls.size() + 1;
    call.begun = call.number * 1000;
    call.ended = call.begun + 1;
    call.name = name;
    call.fd = fd;
    call.asked = asked;
    call.result = result < 0 ? -1 : result;
    call.error = result < 0 ? static_cast<int>(-result) : 0;
    call.bytes = bytes;
    call.of_stream = true;
    call.pid = 1;
    evidence.calls.push_back(call);
    return evidence.calls.back();
  }
  Made() {
    add("socket", -1, SOCK_STREAM, 3);
    add("listen", 3, 5, 0);
    add("accept", 3, 0, 4);
  }
  std::string said() const {
    std::string all;
    for (const std::string& sentence : diagnose(evidence)) all += sentence + "\n";
    return all;
  }
  bool says(const std::string& words) const { return said().find(words) != std::string::npos; }
};

}  // namespace

TEST_CASE("One recv taken for the message is named") {
  Made made;
  made.add("recv", 4, 1024, 3, "Hel");
  made.add("send", 4, 9, 9, "Echo: Hel");
  made.add("close", 4, 0, 0);
  made.evidence.received = "\"Echo: Hel\" then end of stream\n ^ after 9 bytes: 2 more were expected";
  CHECK(made.says("recv gave 3 bytes on descriptor 4, and your program stopped there"));
}

TEST_CASE("Datagrams come whole, so nobody is told to go on receiving or to half-close") {
  Made made;
  made.add("socket", -1, SOCK_DGRAM, 5);
  made.add("recvfrom", 5, 1024, 3, "Hel");
  made.add("sendto", 5, 9, 9, "Echo: Hel");
  made.add("close", 5, 0, 0);
  made.evidence.received = "\"Echo: Hel\" then end of stream\n ^ after 9 bytes: 2 more were expected";
  CHECK(made.said() == "");
}

TEST_CASE("A short send whose rest is lost is named, one that is carried on is not") {
  Made lost;
  lost.add("recv", 4, 1024, 10, "0123456789");
  lost.add("send", 4, 10, 4, "0123");
  lost.add("close", 4, 0, 0);
  CHECK(lost.says("the other 6 were never sent"));

  Made again;
  again.add("send", 4, 10, 4, "0123");
  again.add("send", 4, 6, 4, "0123");
  CHECK(again.says("began with the same bytes again"));

  Made right;
  right.add("send", 4, 10, 4, "0123");
  right.add("send", 4, 6, -EINTR);
  right.add("send", 4, 6, 6, "456789");
  CHECK(right.said() == "");
}

TEST_CASE("A reset is explained by what was left unread") {
  Made made;
  made.add("close", 4, 5, 0);
  made.evidence.received = "a reset, not a byte";
  CHECK(made.says("closed descriptor 4 with 5 bytes unread, so the kernel sent a reset (RST)"));
}

TEST_CASE("SIGPIPE is told with the call in which it came") {
  Made made;
  made.add("send", 4, 100, 0).ended = 0;
  made.evidence.exit = {Exit::Kind::signalled, SIGPIPE};
  CHECK(made.says("SIGPIPE ended your program in send(4, 100)"));
}

TEST_CASE("A missing SO_REUSEADDR is noticed, one that was set is not") {
  Made without;
  without.add("bind", 3, 0, -EADDRINUSE);
  CHECK(without.says("SO_REUSEADDR was not set"));
  Made with;
  with.add("setsockopt", 3, SOL_SOCKET, 0).detail = SO_REUSEADDR;
  with.add("bind", 3, 0, -EADDRINUSE);
  CHECK(with.said() == "");
}

TEST_CASE("strlen on what was received is noticed by the zero byte") {
  Made made;
  made.add("recv", 4, 1024, 9, std::string("a\0bcdefgh", 9));
  made.add("send", 4, 7, 7, "Echo: a");
  CHECK(made.says("A zero byte is data"));
}

TEST_CASE("The zero bytes of a TLS record are nobody's mistake") {
  Made made;
  made.add("read", 4, 1024, 127, std::string("\x16\x03\x01\0\x7a", 5));
  made.add("write", 4, 29, 29, std::string("\x15\x03\x03\0\x02", 5));
  CHECK(made.said() == "");
}

TEST_CASE("An interruption that ends something is named, one that is carried on is not") {
  Made made;
  made.add("accept", 3, 0, -EINTR);
  CHECK(made.says("accept on descriptor 3 was interrupted (EINTR)"));
  made.add("accept", 3, 0, 5);
  CHECK(made.said() == "");
}

TEST_CASE("An interrupted connect goes on: who gives it up is told so, who waits for it is told nothing") {
  Made made;
  made.add("socket", -1, SOCK_STREAM, 5);
  made.add("connect", 5, 0, -EINTR);
  CHECK(made.says("connect on descriptor 5 was interrupted (EINTR), and your program gave it up"));
  CHECK(made.says("it goes on in the background"));
  CHECK_FALSE(made.says("call it again"));
  Made right = made;
  right.add("poll", 5, 1, 1);
  CHECK(right.said() == "");
  made.add("close", 5, 0, 0);
  CHECK(made.says("goes on in the background"));
}

TEST_CASE("A call that our signal to stop has interrupted is no mistake, one from before it is") {
  Made made;
  made.add("accept", 3, 0, -EINTR);
  made.evidence.asked_to_stop = made.evidence.calls.back().begun;
  CHECK(made.said() == "");
  made.evidence.asked_to_stop = made.evidence.calls.back().ended + 1;
  CHECK(made.says("was interrupted (EINTR)"));
}

TEST_CASE("A reply without an end, a wait and a spin are named") {
  Made made;
  made.add("recv", 4, 1024, 0);
  made.add("accept", 3, 0, 0).ended = 0;
  made.evidence.received = "\"Echo: x\" then silence";
  CHECK(made.says("neither shutdown nor close was called"));
  CHECK(made.says("your program waits in accept on descriptor 3"));

  // What we did after the mismatch woke it; then it waited elsewhere.
  Made woken;
  RecordedCall& before = woken.add("recv", 4, 1024, 0);
  woken.evidence.failed_at = before.begun + 500;
  before.ended = before.begun + 600;
  woken.add("accept", 3, 0, 0).ended = 0;
  woken.evidence.received = "silence, not a byte";
  CHECK(woken.says("your program waits in recv on descriptor 4."));

  Made busy;
  busy.evidence.received = "silence, not a byte";
  busy.evidence.busy_ms = 4900;
  busy.evidence.lived_ms = 5000;
  CHECK(busy.says("a loop goes round without waiting"));
}

TEST_CASE("Descriptors that were never closed are counted") {
  Made made;
  for (int fd = 5; fd < 30; ++fd) made.add("accept", 3, 0, fd);
  made.evidence.expected = "at most 10 open descriptors";
  CHECK(made.says("26 descriptors (4, 5, 6, 7, 8, ...)"));
}

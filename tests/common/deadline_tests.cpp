#include "deadline.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <future>
#include <string>

#include "error.hpp"
#include "socket.hpp"
#include "sockets.hpp"

using net::Deadline;
using net::Socket;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

std::chrono::milliseconds processor_time() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  return std::chrono::milliseconds(usage.ru_utime.tv_sec * 1000 + usage.ru_utime.tv_usec / 1000 +
                                   usage.ru_stime.tv_sec * 1000 + usage.ru_stime.tv_usec / 1000);
}

}  // namespace

TEST_CASE("A deadline counts down to zero and stays there") {
  Deadline past = Deadline::after(0ms);
  CHECK(past.passed());
  CHECK(past.left() == 0ms);
  CHECK(past.poll_timeout() == 0);

  Deadline long_past(Clock::now() - 1h);
  CHECK(long_past.passed());
  CHECK(long_past.left() == 0ms);

  Deadline future = Deadline::after(1h);
  CHECK_FALSE(future.passed());
  CHECK(future.left() <= 1h);
  CHECK(future.left() > 59min);
}

TEST_CASE("What is left is rounded up, so that nobody wakes too early") {
  // Whenever it is looked at: what is left is zero only when the deadline has passed.
  for (Deadline soon(Clock::now() + 5ms); true;) {
    auto left = soon.left();
    if (left == 0ms) {
      CHECK(soon.passed());
      break;
    }
  }
}

TEST_CASE("A deadline that never passes is poll's -1, and later than every other") {
  CHECK_FALSE(Deadline::never().passed());
  CHECK(Deadline::never().poll_timeout() == -1);
  CHECK(earlier(Deadline::never(), Deadline::after(0ms)).passed());
  CHECK(earlier(Deadline::after(0ms), Deadline::never()).passed());
  CHECK_FALSE(earlier(Deadline::never(), Deadline::after(1h)).passed());
}

TEST_CASE("A limit too long for the clock, or for poll, does not run over") {
  CHECK_FALSE(Deadline::after(std::chrono::milliseconds::max()).passed());
  CHECK(Deadline::after(std::chrono::hours(24 * 365)).poll_timeout() == 2'147'483'647);
}

TEST_CASE("A wait ends with what arrives, with the end of the stream, and with the deadline") {
  auto [ours, theirs] = connected_pair();
  CHECK_FALSE(net::wait_readable(ours, Deadline::after(0ms)));
  auto start = Clock::now();
  CHECK_FALSE(net::wait_readable(ours, Deadline::after(50ms)));
  CHECK(Clock::now() - start >= 50ms);

  theirs.send_all(net::as_bytes("x"));
  CHECK(net::wait_readable(ours, Deadline::after(1h)));
  CHECK(recv_text(ours) == "x");
  theirs.close();
  CHECK(net::wait_readable(ours, Deadline::never()));
  CHECK(recv_text(ours) == "");
}

TEST_CASE("Once the deadline has passed there is nothing to wait for, even if there is something to receive") {
  auto [ours, theirs] = connected_pair();
  theirs.send_all(net::as_bytes("x"));
  CHECK_FALSE(net::wait_readable(ours, Deadline::after(0ms)));
  CHECK_FALSE(net::wait_writable(ours, Deadline::after(0ms)));
}

TEST_CASE("A socket can be sent to until its buffers are full") {
  auto [ours, theirs] = connected_pair();
  CHECK(net::wait_writable(ours, Deadline::after(1h)));
  ours.set_nonblocking();
  std::string much(1'000'000, 'x');
  while (ours.try_send(net::as_bytes(much))) {
  }
  auto start = Clock::now();
  CHECK_FALSE(net::wait_writable(ours, Deadline::after(30ms)));
  CHECK(Clock::now() - start >= 30ms);
}

TEST_CASE("Signals neither end a wait nor start it anew, and waiting costs no processor time") {
  auto [ours, theirs] = connected_pair();
  Interruptions interruptions;
  std::promise<pid_t> id;
  auto waited = std::async(std::launch::async, [&, &socket = ours] {
    id.set_value(::gettid());
    auto start = Clock::now();
    auto spent = processor_time();
    bool readable = net::wait_readable(socket, Deadline::after(400ms));
    CHECK(processor_time() - spent < 100ms);
    CHECK_FALSE(readable);
    return Clock::now() - start;
  });
  pid_t thread = id.get_future().get();
  int sent = 0;
  // Until it ends: who started anew each time would never end.
  while (sent < 500 && waited.wait_for(10ms) != std::future_status::ready) {
    ::tgkill(::getpid(), thread, SIGUSR1);
    ++sent;
  }
  CHECK(waited.get() >= 400ms);
  CHECK(sent < 500);
}

TEST_CASE("Limits are decimal digits from 1 to what poll can wait") {
  CHECK(net::parse_milliseconds("1") == 1ms);
  CHECK(net::parse_milliseconds("1500") == 1500ms);
  CHECK(net::parse_milliseconds("2147483647") == 2'147'483'647ms);
  for (const char* wrong : {"", "0", "-1", "+1", " 1", "1 ", "1s", "1.5", "soon", "2147483648", "99999999999999999999"})
    CHECK_THROWS_AS(net::parse_milliseconds(wrong), net::UsageError);
}

TEST_CASE("A connection attempt goes on by itself, and its outcome is asked for once") {
  SECTION("somebody listens") {
    Socket listener = net::listen_on("127.0.0.1", 0);
    net::Address where = listener.local_address();
    Socket client(AF_INET, SOCK_STREAM);
    client.set_nonblocking();
    bool at_once = client.try_connect(where);
    CHECK((at_once || net::wait_writable(client, Deadline::after(10s))));
    CHECK_FALSE(client.take_error());
    CHECK(client.peer_address() == where);
  }
  SECTION("nobody listens") {
    Socket closed(AF_INET, SOCK_STREAM);
    closed.bind(net::resolve("127.0.0.1", 0, SOCK_STREAM, net::Use::bind).front());
    Socket client(AF_INET, SOCK_STREAM);
    client.set_nonblocking();
    std::error_code error;
    try {
      if (!client.try_connect(closed.local_address())) {
        CHECK(net::wait_writable(client, Deadline::after(10s)));
        error = client.take_error();
        CHECK_FALSE(client.take_error());
      }
    } catch (const std::system_error& failure) {
      error = failure.code();
    }
    CHECK(error == std::errc::connection_refused);
  }
}

TEST_CASE("A datagram is taken without waiting, or there is none") {
  Socket ours = net::bind_datagram("127.0.0.1", 0), theirs = net::bind_datagram("127.0.0.1", 0);
  ours.set_nonblocking();
  std::array<std::byte, 100> buffer;
  net::Address from;
  CHECK_FALSE(ours.try_recv_from(buffer, from));
  theirs.send_to(net::as_bytes("hi"), ours.local_address());
  CHECK(net::wait_readable(ours, Deadline::after(10s)));
  CHECK(ours.try_recv_from(buffer, from) == 2U);
  CHECK(from == theirs.local_address());
}

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <system_error>

#include "error.hpp"
#include "multicast.hpp"
#include "number.hpp"
#include "sockets.hpp"
#include "stop_signal.hpp"

using net::Address;
using net::Deadline;
using net::Socket;
using std::chrono::milliseconds;

namespace {

Address at(const std::string& host, std::uint16_t port = 0) {
  return net::resolve(host, port, SOCK_DGRAM, net::Use::bind).front();
}

template <class Value>
Value option(const Socket& socket, int level, int name) {
  Value value{};
  socklen_t length = sizeof value;
  REQUIRE(::getsockopt(socket.fd(), level, name, &value, &length) == 0);
  return value;
}

std::string receive(Socket& socket, Deadline deadline = Deadline::after(milliseconds(5000))) {
  if (!net::wait_readable(socket, deadline)) return "(nothing)";
  std::array<char, 1500> buffer;
  Address from;
  std::size_t length = socket.recv_from(std::as_writable_bytes(std::span(buffer)), from);
  return {buffer.data(), length};
}

}  // namespace

TEST_CASE("Groups are told from other addresses") {
  for (const char* group : {"224.0.0.1", "239.255.255.255", "ff02::1", "ff15::2"}) CHECK(net::is_multicast(at(group)));
  for (const char* other : {"223.255.255.255", "240.0.0.1", "127.0.0.1", "255.255.255.255", "::1", "fe80::1"})
    CHECK_FALSE(net::is_multicast(at(other)));
  CHECK_FALSE(net::is_multicast(Address()));
}

TEST_CASE("Sending to everybody must be allowed first") {
  Socket receiver(AF_INET, SOCK_DGRAM), sender(AF_INET, SOCK_DGRAM);
  receiver.bind(at("127.255.255.255"));
  Address everybody = receiver.local_address();
  try {
    sender.send_to(net::as_bytes("hello"), everybody);
    FAIL("that should not have been allowed");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::permission_denied);
  }
  net::set_broadcast(sender);
  sender.send_to(net::as_bytes("hello"), everybody);
  CHECK(receive(receiver) == "hello");
}

TEST_CASE("A shared port belongs to all who share it") {
  Socket first(AF_INET, SOCK_DGRAM), second(AF_INET, SOCK_DGRAM), selfish(AF_INET, SOCK_DGRAM),
      sender(AF_INET, SOCK_DGRAM);
  net::share_port(first);
  net::share_port(second);
  first.bind(at("127.255.255.255"));
  Address everybody = first.local_address();
  second.bind(everybody);
  CHECK_THROWS_AS(selfish.bind(everybody), std::system_error);

  net::set_broadcast(sender);
  sender.send_to(net::as_bytes("hello"), everybody);
  CHECK(receive(first) == "hello");
  CHECK(receive(second) == "hello");
}

TEST_CASE("A group is joined on the interface that has an address, and sent to by it") {
  Socket member(AF_INET, SOCK_DGRAM), sender(AF_INET, SOCK_DGRAM);
  member.bind(at("239.123.45.67"));
  Address group = member.local_address();
  net::join_group(member, group, at("127.0.0.1"));
  net::set_multicast_interface(sender, at("127.0.0.1"));
  sender.send_to(net::as_bytes("hello"), group);
  CHECK(receive(member) == "hello");
}

TEST_CASE("An interface that there is not is an error") {
  Socket socket(AF_INET, SOCK_DGRAM);
  CHECK_THROWS_AS(net::join_group(socket, at("239.1.2.3"), at("203.0.113.7")), std::system_error);
  CHECK_THROWS_AS(net::set_multicast_interface(socket, at("203.0.113.7")), std::system_error);
  CHECK_THROWS_AS(net::join_group(socket, at("127.0.0.1"), at("127.0.0.1")), std::system_error);
}

TEST_CASE("For IPv6 the interface is found by its address") {
  if (!have_ipv6()) SKIP("this machine has no ::1");
  Socket socket(AF_INET6, SOCK_DGRAM);
  net::set_multicast_interface(socket, at("::1"));
  CHECK(option<int>(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF) > 0);
  net::join_group(socket, at("ff15::1234"), at("::1"));
  CHECK_THROWS_AS(net::set_multicast_interface(socket, at("2001:db8::7")), std::system_error);
  net::set_multicast_hops(socket, 3);
  CHECK(option<int>(socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS) == 3);
}

TEST_CASE("The hops of a group are set") {
  Socket socket(AF_INET, SOCK_DGRAM);
  net::set_multicast_hops(socket, 7);
  CHECK(option<unsigned char>(socket, IPPROTO_IP, IP_MULTICAST_TTL) == 7);
}

TEST_CASE("Numbers are digits within their range") {
  CHECK(net::parse_number("0", 0, 10, "N") == 0);
  CHECK(net::parse_number("10", 0, 10, "N") == 10);
  for (const char* wrong : {"", "-1", "+1", "11", " 1", "1 ", "1x", "ten", "99999999999999999999"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(net::parse_number(wrong, 0, 10, "N"), net::UsageError);
  }
}

TEST_CASE("A signal ends a wait, also one that has not begun") {
  Socket socket = net::bind_datagram("127.0.0.1", 0);
  for (int number : {SIGINT, SIGTERM}) {
    net::StopSignal stop;
    CHECK_FALSE(stop.given());
    CHECK_FALSE(stop.wait_readable(socket, Deadline::after(milliseconds(1))));
    CHECK_FALSE(stop.given());
    ::raise(number);
    CHECK(stop.given());
    CHECK_FALSE(stop.wait_readable(socket));
  }
}

TEST_CASE("Without a signal the wait ends with a datagram or with its deadline") {
  Socket socket = net::bind_datagram("127.0.0.1", 0);
  net::StopSignal stop;
  Deadline deadline = Deadline::after(milliseconds(30));
  CHECK_FALSE(stop.wait_readable(socket, deadline));
  CHECK(deadline.passed());
  socket.send_to(net::as_bytes("hello"), socket.local_address());
  CHECK(stop.wait_readable(socket));
}

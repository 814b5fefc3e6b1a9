#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

#include "address.hpp"
#include "error.hpp"
#include "network.hpp"
#include "socket.hpp"
#include "sockets.hpp"

using net::Address;
using net::resolve;
using net::Use;

namespace {

Address ipv4(const char* host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  REQUIRE(::inet_pton(AF_INET, host, &address.sin_addr) == 1);
  return Address(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Address ipv6(const char* host, std::uint16_t port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  REQUIRE(::inet_pton(AF_INET6, host, &address.sin6_addr) == 1);
  return Address(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

}  // namespace

TEST_CASE("An address is written as people write it") {
  CHECK(ipv4("127.0.0.1", 80).text() == "127.0.0.1:80");
  CHECK(ipv4("0.0.0.0", 65535).text() == "0.0.0.0:65535");
  CHECK(ipv6("::1", 443).text() == "[::1]:443");
  CHECK(ipv6("2001:db8::ff", 0).text() == "[2001:db8::ff]:0");
  CHECK(ipv6("::1", 443).host() == "::1");
}

TEST_CASE("A port is in host byte order") {
  CHECK(ipv4("127.0.0.1", 0x1234).port() == 0x1234);
  CHECK(ipv6("::1", 0x1234).port() == 0x1234);
  CHECK(Address().port() == 0);
}

TEST_CASE("No address has no family") { CHECK(Address().family() == AF_UNSPEC); }

TEST_CASE("Addresses are equal when family, host and port are") {
  CHECK(ipv4("127.0.0.1", 80) == ipv4("127.0.0.1", 80));
  CHECK_FALSE(ipv4("127.0.0.1", 80) == ipv4("127.0.0.1", 81));
  CHECK_FALSE(ipv4("127.0.0.1", 80) == ipv4("127.0.0.2", 80));
  CHECK_FALSE(ipv4("0.0.0.0", 80) == ipv6("::", 80));
}

TEST_CASE("More bytes than an address has room for are cut, not written beyond it") {
  char many[sizeof(sockaddr_storage) + 100] = {};
  Address address(reinterpret_cast<const sockaddr*>(many), sizeof many);
  CHECK(address.length() == sizeof(sockaddr_storage));
}

TEST_CASE("room() offers the whole storage and takes back what was written") {
  Address address = ipv4("127.0.0.1", 1);
  CHECK(*address.room() == sizeof(sockaddr_storage));
}

TEST_CASE("A literal resolves to itself, once") {
  auto addresses = resolve("127.0.0.1", 80, SOCK_STREAM, Use::connect);
  REQUIRE(addresses.size() == 1);
  CHECK(addresses[0] == ipv4("127.0.0.1", 80));
  auto six = resolve("::1", 80, SOCK_DGRAM, Use::connect);
  REQUIRE(six.size() == 1);
  CHECK(six[0] == ipv6("::1", 80));
}

TEST_CASE("Each address of a name comes once") {
  auto addresses = resolve("localhost", 80, SOCK_STREAM, Use::connect);
  REQUIRE_FALSE(addresses.empty());
  for (const Address& address : addresses) CHECK(std::count(addresses.begin(), addresses.end(), address) == 1);
}

TEST_CASE("A name that nobody has is an error of the resolver, and says which name") {
  try {
    resolve("no such name", 80, SOCK_STREAM, Use::connect);
  } catch (const std::system_error& error) {
    CHECK(error.code().category() == net::resolver_category());
    CHECK(std::string(error.what()).starts_with("look up no such name: "));
    return;
  }
  FAIL("nothing was thrown");
}

TEST_CASE("A port is digits and nothing else") {
  CHECK(net::parse_port("0", 0) == 0);
  CHECK(net::parse_port("1", 1) == 1);
  CHECK(net::parse_port("65535", 1) == 65535);
  CHECK(net::parse_port("00080", 1) == 80);
  auto text = GENERATE(as<std::string>{}, "", " 80", "80 ", "+80", "-1", "0x50", "80a", "http", "65536",
                       "99999999999999999999");
  CAPTURE(text);
  CHECK_THROWS_AS(net::parse_port(text, 0), net::UsageError);
}

TEST_CASE("A client has no port 0 to connect to") { CHECK_THROWS_AS(net::parse_port("0", 1), net::UsageError); }

TEST_CASE("connect_to goes on to the next address of a name when nobody listens on the first") {
  std::string name = harness::name_with_two_addresses();
  auto addresses = resolve(name, 1, SOCK_STREAM, Use::connect);
  if (addresses.size() < 2) SKIP("no name has two addresses here");
  net::Socket listener = net::listen_on(addresses.back().host(), 0);
  net::Socket connection = net::connect_to(name, listener.local_address().port());
  CHECK(connection.peer_address() == listener.local_address());
}

TEST_CASE("When no address of a name answers, the last one's reason is told") {
  std::string name = harness::name_with_two_addresses();
  auto addresses = resolve(name, 1, SOCK_STREAM, Use::connect);
  net::Socket bound(addresses.back().family(), SOCK_STREAM);
  bound.bind(resolve(addresses.back().host(), 0, SOCK_STREAM, Use::bind).front());
  try {
    net::connect_to(name, bound.local_address().port());
    FAIL("nobody listens there");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::connection_refused);
    CHECK(std::string(error.what()).find(bound.local_address().text()) != std::string::npos);
  }
}

TEST_CASE("listen_on takes the first address of a name that it can bind") {
  std::string name = harness::name_with_two_addresses();
  auto addresses = resolve(name, 0, SOCK_STREAM, Use::bind);
  net::Socket first = net::listen_on(name, 0);
  if (have_ipv6()) CHECK(first.local_address().host() == addresses.front().host());
  if (addresses.size() < 2) SKIP("no name has two addresses here");
  net::Socket second = net::listen_on(name, first.local_address().port());
  CHECK(second.local_address().host() == addresses.back().host());
}

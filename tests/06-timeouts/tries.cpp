#include "tries.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "sockets.hpp"

using namespace harness;

namespace {

bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

bool tell(const std::string& expected, const std::string& received) {
  Story::current().mismatch(expected, received);
  return false;
}

}  // namespace

bool is_try(const Datagram& datagram, const std::string& message) {
  const std::string& bytes = datagram.bytes;
  std::string expected = "eight hex digits, a blank, and " + in_quotes(message);
  if (datagram.ending != Ending::more) {
    if (!every_program_has_ended()) Story::current().conclude(State::timed_out);
    return tell("a datagram: " + expected,
                every_program_has_ended() ? "the program ended" : std::string(name(datagram.ending)));
  }
  if (bytes.size() < 9 || !std::all_of(bytes.begin(), bytes.begin() + 8, is_hex) || bytes.substr(8) != " " + message)
    return tell(expected, in_quotes(bytes));
  return true;
}

bool are_tries(const std::vector<Datagram>& datagrams, std::size_t count, const std::string& message) {
  auto missing = [](const Datagram& datagram) { return datagram.ending != Ending::more; };
  auto came = datagrams.size() - static_cast<std::size_t>(std::count_if(datagrams.begin(), datagrams.end(), missing));
  if (came != count) return tell(std::to_string(count) + " tries in all", std::to_string(came));
  for (const Datagram& datagram : datagrams) {
    if (!is_try(datagram, message)) return false;
    if (datagram.bytes != datagrams[0].bytes)
      return tell("the same id in each try", in_quotes(datagrams[0].bytes) + ", then " + in_quotes(datagram.bytes));
  }
  return true;
}

std::vector<Datagram> tries_until_end(const UdpPeer& peer) {
  std::vector<Datagram> all;
  for (Datagram next = next_arrival(peer, patience()); next.ending == Ending::more;
       next = next_arrival(peer, patience()))
    all.push_back(next);
  return all;
}

bool all_differ(const std::set<std::string>& ids, std::size_t count) {
  if (ids.size() == count) return true;
  return tell(std::to_string(count) + " ids that differ",
              std::to_string(ids.size()) + " only, among them " + in_quotes(*ids.begin()));
}

bool look_random(const std::set<std::string>& ids) {
  // Four random ones begin alike once in 2^48 times, and numbers of processes nearly always do.
  for (const std::string& id : ids)
    if (id.substr(0, 4) != ids.begin()->substr(0, 4)) return true;
  return tell("random ids: the first half of one says nothing about the others",
              "all of them begin with " + in_quotes(ids.begin()->substr(0, 4)));
}

std::string other_id(const std::string& id) { return id == "deadbeef" ? "beefdead" : "deadbeef"; }

void send_from_same_port(const std::string& host, std::uint16_t port, const Endpoint& to, std::string_view bytes) {
  SocketAddress from = to_address(host, port), where = to_address(to.host, to.port);
  int fd = new_socket(from.family(), SOCK_DGRAM);
  // Somebody else may have that port of that address. Then there is one stranger less.
  if (::bind(fd, from.get(), from.length) == 0) {
    ::sendto(fd, bytes.data(), bytes.size(), 0, where.get(), where.length);
    Story::current().step("a stranger sent", in_quotes(bytes) + " from " + in_words(from.endpoint()));
  }
  ::close(fd);
}

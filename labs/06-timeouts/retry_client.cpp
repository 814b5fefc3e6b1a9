// retry_client HOST PORT MESSAGE TRIES FIRST_WAIT_MS: asks by UDP, again and again, until it is answered.
//
// A datagram may be lost on its way, and so may its answer: nobody will tell. So the question is sent again, each time
// after twice the wait, so that a network which is too busy is not made busier. The id says which question an answer
// belongs to. The socket is not connected: then a refusal (ICMP) does not reach us, which is what we want here, and
// strangers are known by their address. The way not taken: a connected socket, whose calls fail after a refusal.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "deadline.hpp"
#include "error.hpp"
#include "socket.hpp"

using std::chrono::milliseconds;

constexpr int most_tries = 100;
constexpr milliseconds longest_wait = std::chrono::hours(24);  // doubling must not run over

// What nobody can guess: eight hex digits that differ from run to run.
std::string random_id() {
  std::array<char, 9> text;
  std::snprintf(text.data(), text.size(), "%08x", static_cast<unsigned>(std::random_device{}()));
  return text.data();
}

// The payload of an answer to the question `id`, or no value for everything else that a socket may receive.
std::optional<std::string> answer_in(std::string_view datagram, const std::string& id) {
  net::not_written("06.5 know the answer", datagram, id);
}

// One wait has one deadline. Datagrams that are no answer are passed over and do not start it anew.
std::optional<std::string> wait_for_answer(net::Socket& socket, const net::Address& server, const std::string& id,
                                           net::Deadline deadline) {
  net::not_written("06.5 know the answer", socket, server, id, deadline);
}

// The same question each time, with the same id, so that a late answer to an early try is an answer too. The last wait
// is waited out like the others.
std::string ask(net::Socket& socket, const net::Address& server, const std::string& message, int tries,
                milliseconds wait) {
  net::not_written("06.6 try again and wait twice as long", socket, server, message, tries, wait);
}

int parse_tries(std::string_view text) {
  int tries = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), tries);
  if (error != std::errc() || end != text.data() + text.size() || tries < 1 || tries > most_tries)
    throw net::UsageError("TRIES is a number from 1 to 100, not \"" + std::string(text) + "\"");
  return tries;
}

void run(int argc, char** argv) {
  if (argc != 6) throw net::UsageError("retry_client HOST PORT MESSAGE TRIES FIRST_WAIT_MS");
  std::uint16_t port = net::parse_port(argv[2], 1);
  int tries = parse_tries(argv[4]);
  milliseconds first_wait = net::parse_milliseconds(argv[5]);

  net::Address server = net::resolve(argv[1], port, SOCK_DGRAM, net::Use::connect).front();
  net::Socket socket(server.family(), SOCK_DGRAM);
  socket.set_nonblocking();  // a datagram that poll tells of may turn out to be damaged, and then there is none
  std::string answer = "Echo: " + ask(socket, server, argv[3], tries, first_wait) + "\n";
  std::fwrite(answer.data(), 1, answer.size(), stdout);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

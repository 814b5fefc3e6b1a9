// feed_client HOST PORT [--lease MS]: subscribes to a feed_server and prints its lines.
//
// The socket is connected. That sends nothing; it makes the system drop what strangers send, and tell us when nobody
// receives at the server's port any more (ICMP port unreachable).
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <set>
#include <string>

#include "deadline.hpp"
#include "error.hpp"
#include "number.hpp"
#include "stop_signal.hpp"

using std::chrono::milliseconds;
using Number = unsigned long long;

constexpr milliseconds try_again{500};      // JOIN or its answer may have been lost
constexpr milliseconds longest_join{5000};  // how long we try
constexpr Number remembered = 1000;         // a repeated line that is older is not known any more

struct Subscription {
  net::Socket server;
  milliseconds lease;
  bool welcomed = false;
  net::Deadline next_join = net::Deadline::after(milliseconds(0));
  net::Deadline gone = net::Deadline::after(longest_join);  // then we give the server up
  std::optional<Number> expected = {};                      // the number of the next line
  std::set<Number> seen = {};                               // of the last lines
};

// Sends a word; whether it arrives is another matter. True when the system says that nobody is there.
bool is_refused(net::Socket& server, const std::string& word) {
  try {
    server.send(net::as_bytes(word));
  } catch (const std::system_error& error) {  // it may tell what became of an earlier word
    if (error.code() != std::errc::connection_refused) throw;
    return true;  // and this one has not been sent
  }
  return false;
}

// Before the first WELCOME a refusal only means that the server has not started yet.
void on_refusal(const Subscription& subscription) {
  if (subscription.welcomed) throw std::runtime_error("server gone");
}

// The same word subscribes and renews. A renewal after half the lease leaves time for a second one, if it is lost.
void join(Subscription& subscription) {
  if (is_refused(subscription.server, "JOIN")) on_refusal(subscription);
  subscription.next_join = net::Deadline::after(subscription.welcomed ? subscription.lease / 2 : try_again);
}

void welcome(Subscription& subscription, Number next) {
  if (!subscription.welcomed) subscription.next_join = net::Deadline::after(subscription.lease / 2);
  subscription.welcomed = true;
  subscription.gone = net::Deadline::after(subscription.lease);
  if (!subscription.expected) subscription.expected = next;
}

void give_up(const Subscription& subscription) {
  throw std::runtime_error(subscription.welcomed ? "server gone" : "join: timed out");
}

void leave(Subscription& subscription) { is_refused(subscription.server, "LEAVE"); }

// Says which numbers are missing when `number` is the next that we know of.
void tell_missed(Number expected, Number number) {
  if (number <= expected) return;
  if (number == expected + 1)
    std::fprintf(stderr, "missed %llu\n", expected);
  else
    std::fprintf(stderr, "missed %llu-%llu\n", expected, number - 1);
}

// True when a line with this number has come before.
bool is_repeated(Subscription& subscription, Number number) {
  if (subscription.expected && number + remembered < *subscription.expected) return true;
  if (!subscription.seen.insert(number).second) return true;
  if (subscription.seen.size() > remembered) subscription.seen.erase(subscription.seen.begin());
  return false;
}

void print(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::putchar('\n');
  std::fflush(stdout);
}

// A late line has been told as missed; it is printed all the same.
void take_line(Subscription& subscription, Number number, std::string_view line) {
  if (is_repeated(subscription, number)) return;
  Number expected = subscription.expected.value_or(number);
  tell_missed(expected, number);
  subscription.expected = std::max(expected, number + 1);
  print(line);
}

// After LAST nothing comes: what is missing now stays missing.
void take_end(const Subscription& subscription, Number last) {
  if (subscription.expected) tell_missed(*subscription.expected, last + 1);
}

// The number at the start of `text`, which is cut off with the blank after it; no value if there is none.
std::optional<Number> cut_number(std::string_view& text) {
  Number number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.starts_with(' ')) {
    text.remove_prefix(1);
    return number;
  }
  return text.empty() ? std::optional(number) : std::nullopt;
}

bool cut_word(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

// \returns false when the feed has ended
bool take(Subscription& subscription, std::string_view text) {
  if (cut_word(text, "WELCOME ")) {
    if (auto next = cut_number(text)) welcome(subscription, *next);
  } else if (cut_word(text, "END ")) {
    auto last = cut_number(text);
    if (last) take_end(subscription, *last);
    return !last;
  } else if (auto number = cut_number(text)) {
    take_line(subscription, *number, text);
  }
  return true;
}

// \returns false when the feed has ended
bool receive_one(Subscription& subscription) {
  std::array<char, 65536> buffer;
  try {
    std::size_t length = subscription.server.recv(std::as_writable_bytes(std::span(buffer)));
    return take(subscription, std::string_view(buffer.data(), length));
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::connection_refused) throw;
    on_refusal(subscription);
    return true;
  }
}

// One wait with two deadlines: the next JOIN, and the end of our patience.
void follow(Subscription& subscription, const net::StopSignal& stop) {
  while (!stop.given()) {
    if (subscription.gone.passed()) give_up(subscription);
    if (subscription.next_join.passed()) join(subscription);
    if (!stop.wait_readable(subscription.server, earlier(subscription.next_join, subscription.gone))) continue;
    if (!receive_one(subscription)) break;
  }
  leave(subscription);
}

void run(int argc, char** argv) {
  bool leased = argc == 5 && argv[3] == std::string("--lease");
  if (argc != 3 && !leased) throw net::UsageError("feed_client HOST PORT [--lease MS]");
  std::uint16_t port = net::parse_port(argv[2], 1);
  milliseconds lease(leased ? net::parse_number(argv[4], 2, 1'000'000'000, "MS") : 30'000);
  net::Address address = net::resolve(argv[1], port, SOCK_DGRAM, net::Use::connect).front();
  net::StopSignal stop;
  net::Socket server(address.family(), SOCK_DGRAM);
  server.connect(address);
  Subscription subscription{std::move(server), lease};
  follow(subscription, stop);
}

int main(int argc, char** argv) { return net::run_main(argv[0], run, argc, argv); }

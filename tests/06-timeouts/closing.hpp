#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "harness.hpp"

/// What idle_server's clients do, and how its clocks are judged.

/// `payload` with its length before it, as lab 04 has it.
std::string frame(std::string_view payload);

/// Sends a frame and receives its answer; tells the story if it is not the right one.
bool is_served(harness::Peer& client, std::size_t length = 12);

/// Sends of `bytes` what the system takes, and no more once the server has stopped reading.
void send_what_fits(harness::Peer& client, std::string_view bytes);

/// Between which two moments what starts a clock takes place.
struct Moment {
  std::chrono::steady_clock::time_point before, after;
};

/// Does `action`, and notes when.
Moment when(const std::function<void()>& action);

/// True when the server closes the connection after `limit`, and on time; tells the story if not. Until then it does
/// `meanwhile` every `interval`.
bool is_closed_after(
    harness::Peer& client, harness::Milliseconds limit, Moment since,
    harness::Milliseconds interval = harness::Milliseconds(1000), const std::function<void()>& meanwhile = [] {});

/// True when the server has closed its end, even if what it sent before keeps us from hearing of it.
bool is_closed(const harness::Peer& client);

/// True when there is a line on the server's stderr, or comes soon; tells the story if not.
bool says_why(const harness::Program& server);

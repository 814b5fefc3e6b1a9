#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "harness.hpp"

/// The protocol of lab 04, seen from the test's side.

constexpr std::size_t longest_request = 1024 * 1024;

/// Four bytes, the highest first.
std::string header(std::uint32_t length);

/// A frame with this payload.
std::string frame(std::string_view payload);

/// The frame that answers a request with this payload.
std::string answer(std::string_view payload);

/// True when `client` asks with a frame and is answered.
bool is_answered(harness::Peer& client, std::string_view payload);

/// True when a new client of `server` is served.
bool serves(harness::Program& server, const std::string& name = "another client");

/// Sends all of `bytes` that the server takes while nobody reads its answers.
/// \returns what is left to send
std::string_view fill(harness::Program& server, harness::Peer& client, std::string_view bytes);

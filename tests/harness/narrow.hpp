#pragma once
#include <string>

#include "peer.hpp"

namespace harness {

/// A connection that takes little in: what the program sends soon fills the buffers on the way, and then it has to
/// wait, or to keep the rest itself.
Peer connect_narrow(const Endpoint& where, std::string name = "we");

/// Keeps what the system itself holds of unread answers below 64 KiB, where it would grow to megabytes. In a private
/// network only.
/// \returns whether that was possible
bool keep_send_buffers_small();

}  // namespace harness

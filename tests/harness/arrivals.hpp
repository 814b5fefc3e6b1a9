#pragma once
#include "udp_peer.hpp"

namespace harness {

/// From now on the system notes when a datagram arrives for `peer`, to the microsecond and however late the test
/// looks at it (SO_TIMESTAMPNS): waits between datagrams can be judged on a loaded machine.
void note_arrivals(const UdpPeer& peer);

/// The next datagram, or `silence` when none comes within `limit` or every program has ended. Its `when` is the time of
/// its arrival if note_arrivals() was called before. Not an expectation.
Datagram next_arrival(const UdpPeer& peer, Milliseconds limit);

}  // namespace harness

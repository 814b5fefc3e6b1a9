#pragma once
/// \file
/// What a lab's tests are written with: two nouns, Program and Peer, and a story.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "arrivals.hpp"
#include "clock.hpp"
#include "crowd.hpp"
#include "faults.hpp"
#include "full_listener.hpp"
#include "limits.hpp"
#include "multicast.hpp"
#include "narrow.hpp"
#include "network.hpp"
#include "peer.hpp"
#include "process_tree.hpp"
#include "program.hpp"
#include "quoted.hpp"
#include "random.hpp"
#include "received.hpp"
#include "settles.hpp"
#include "story.hpp"
#include "timing.hpp"
#include "udp_peer.hpp"
#include "udp_wire.hpp"
#include "usage.hpp"

/// What a lab's tests are written with: two nouns, Program and Peer, and a story.
///
/// **Errors.** A step that cannot be taken ends the test case, with the story as its message. What a test expects is a
/// `bool`, a Received or an Exit inside CHECK: when it does not hold, the story says what was expected and what came.
/// What is marked *not an expectation* only tells, and the test decides.
///
/// **Units.** Times are Milliseconds or durations of std::chrono, memory is KiB where a name says so and otherwise
/// bytes, ports are in host byte order, hosts are numeric and without brackets.
///
/// **Waiting.** Every wait ends on an event, or at patience(). Upper limits stretch with speed_factor(), lower ones
/// never.
namespace harness {}

#pragma once
/// \file
/// What a lab's tests are written with: two nouns, Program and Peer, and a story.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "arrivals.hpp"
#include "clock.hpp"
#include "crowd.hpp"
#include "faults.hpp"
#include "limits.hpp"
#include "full_listener.hpp"
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

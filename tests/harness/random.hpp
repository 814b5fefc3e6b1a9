#pragma once
#include <cstddef>
#include <string>

namespace harness {

/// `count` bytes of any value that differ from run to run (and are the same again with the same --rng-seed): a
/// program that prints what a test would like to see cannot know them.
std::string random_bytes(std::size_t count);

/// `count` lower-case letters and digits, likewise.
std::string random_text(std::size_t count);

/// `count` bytes in which every eight tell their own offset, so that a missing or repeated piece can be seen.
std::string counted_bytes(std::size_t count);

}  // namespace harness

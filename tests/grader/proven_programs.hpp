#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "course.hpp"

/// A fingerprint of all programs that a lab's proof runs as they are built now: the tests, the recorder, references,
/// skeletons, mistakes and alternatives. It changes when one of them does, not when one is only linked again.
std::uint64_t fingerprint_of_proven_programs(const Lab& lab);

/// A fingerprint of these programs and of those in these folders, their names included. What is not there counts as
/// empty.
std::uint64_t fingerprint_of_programs(const std::vector<std::string>& places);

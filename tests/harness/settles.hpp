#pragma once
#include <cstddef>
#include <functional>
#include <string>

namespace harness {

/// True as soon as `measure` gives at most `limit`; tells the story when it has not done so within patience().
/// For what a program gives back a moment later: descriptors, finished children, memory.
bool settles_at_most(std::size_t limit, const std::function<std::size_t()>& measure, const std::string& what);

}  // namespace harness

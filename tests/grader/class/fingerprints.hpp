#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace classroom {

/// What stays of a program's text when names, numbers, strings, comments and layout are taken away: fingerprints of
/// stretches of tokens, thinned out by winnowing (Schleimer, Wilkerson and Aiken 2003), each with the line where it
/// begins.
using Fingerprints = std::map<std::uint64_t, int>;

/// Two texts that share a stretch of 19 tokens share at least one of these.
Fingerprints fingerprints_of(const std::string& text);

/// All of them, not thinned out: what is to be left out of others.
std::set<std::uint64_t> all_fingerprints_of(const std::string& text);

}  // namespace classroom

#pragma once
#include <cstdint>
#include <string_view>

/// FNV-1a, 64 bits: tells apart what nobody has made alike on purpose. For what somebody may have, there is SHA-256
/// (fingerprint_of_file()).
/// \param hash that of the bytes before, where they come in pieces
constexpr std::uint64_t fnv1a(std::string_view bytes, std::uint64_t hash = 14695981039346656037U) {
  for (char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
  return hash;
}

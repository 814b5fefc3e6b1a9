#include "random.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <cstdio>
#include <random>

namespace harness {
namespace {

std::mt19937& generator() {
  static std::mt19937 generator(Catch::getSeed());
  return generator;
}

}  // namespace

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (char& c : bytes) c = static_cast<char>(generator()() & 0xff);
  return bytes;
}

std::string random_text(std::size_t count) {
  static constexpr char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string text(count, 'a');
  for (char& c : text) c = letters[generator()() % 36];
  return text;
}

std::string counted_bytes(std::size_t count) {
  std::string bytes;
  bytes.reserve(count + 8);
  while (bytes.size() < count) {
    char number[16];
    std::snprintf(number, sizeof number, "%07zu.", bytes.size() % 10'000'000);
    bytes += number;
  }
  bytes.resize(count);
  return bytes;
}

}  // namespace harness

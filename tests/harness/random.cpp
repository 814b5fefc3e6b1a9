#include "random.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <cstring>
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
  // Tests make many megabytes: so in place, and digit by digit instead of by printf.
  std::string bytes(count + 8, '\0');
  char number[] = "0000000.";
  for (char *place = bytes.data(), *end = place + count; place < end; place += 8) {
    std::memcpy(place, number, 8);
    int carry = 8;
    for (char* digit = number + 6; digit >= number && carry > 0; --digit) {
      int sum = *digit - '0' + carry;
      *digit = static_cast<char>('0' + sum % 10);
      carry = sum / 10;
    }
  }
  bytes.resize(count);
  return bytes;
}

}  // namespace harness

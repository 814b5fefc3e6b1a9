#include "shell.hpp"

using namespace harness;

std::string Shell::descriptor(const Received& answer) {
  REQUIRE(begins_with(answer, "fd "));
  std::string digits = answer.bytes.substr(3, answer.bytes.find(' ', 3) - 3);
  bool good = !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos;
  if (!good) Story::current().mismatch("fd and a number", in_quotes(answer.bytes));
  REQUIRE(good);
  return digits;
}

Endpoint endpoint(const std::string& text) {
  std::size_t colon = text.rfind(':');
  bool good = colon != std::string::npos && colon > 0 && colon + 1 < text.size() && text.size() - colon <= 6 &&
              text.find_first_not_of("0123456789", colon + 1) == std::string::npos;
  if (!good) Story::current().mismatch("an address such as 127.0.0.1:40001", in_quotes(text));
  REQUIRE(good);
  std::string host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return {host, static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1)))};
}

Endpoint Shell::address(const std::string& fd) { return endpoint(ask("address " + fd).bytes); }

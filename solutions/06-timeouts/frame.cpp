#include "frame.hpp"

#include <string>

namespace {

void append_header(ByteQueue& to, std::size_t length) {
  const char header[header_length] = {static_cast<char>(length >> 24), static_cast<char>(length >> 16),
                                      static_cast<char>(length >> 8), static_cast<char>(length)};
  to.append({header, header_length});
}

std::uint32_t length_in(std::string_view header) {
  std::uint32_t length = 0;
  // By way of unsigned char: a plain char above 0x7f is negative and would set all the higher bits.
  for (char byte : header.substr(0, header_length)) length = length << 8 | static_cast<unsigned char>(byte);
  return length;
}

}  // namespace

FrameTooLong::FrameTooLong(std::uint32_t length)
    : std::runtime_error("a frame of " + std::to_string(length) + " bytes is too long") {}

void append_frame(ByteQueue& to, std::string_view payload) {
  append_header(to, payload.size());
  to.append(payload);
}

void append_answer(ByteQueue& to, std::string_view request) {
  append_header(to, prefix.size() + request.size());
  to.append(prefix);
  to.append(request);
}

std::optional<std::string_view> take_frame(std::string_view& bytes, std::size_t longest) {
  if (bytes.size() < header_length) return {};
  std::uint32_t length = length_in(bytes);
  // Before anything is added to it or asked of memory with it: a stranger chose this number.
  if (length > longest) throw FrameTooLong(length);
  if (bytes.size() - header_length < length) return {};
  std::string_view payload = bytes.substr(header_length, length);
  bytes.remove_prefix(header_length + length);
  return payload;
}

#pragma once
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "byte_queue.hpp"

/// How messages keep their borders on a stream of bytes: a frame is the length of its payload (four bytes, the highest
/// first), then the payload. Bytes, not text: whatever the payload holds, it ends where its length says.

constexpr std::size_t header_length = 4;
constexpr std::string_view prefix = "Echo: ";
constexpr std::size_t longest_request = 1024 * 1024;
constexpr std::size_t longest_answer = prefix.size() + longest_request;

/// A header tells of a longer payload than allowed. From here on nobody knows where the next frame begins.
class FrameTooLong : public std::runtime_error {
 public:
  explicit FrameTooLong(std::uint32_t length);
};

/// Puts a frame with `payload` at the end of `to`.
void append_frame(ByteQueue& to, std::string_view payload);

/// Puts the answer to `request` at the end of `to`: a frame with the prefix and the request's payload.
void append_answer(ByteQueue& to, std::string_view request);

/// Takes a frame off the front of `bytes`, if a whole one is there.
/// \param bytes what has arrived and not been taken yet; becomes what is left
/// \param longest of the payload, in bytes
/// \returns the payload, which may be empty; no value while the frame is not complete
/// \throws FrameTooLong as soon as the header is there
std::optional<std::string_view> take_frame(std::string_view& bytes, std::size_t longest);

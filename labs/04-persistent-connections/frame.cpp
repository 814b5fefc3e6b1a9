#include "frame.hpp"

#include <string>

#include "error.hpp"

FrameTooLong::FrameTooLong(std::uint32_t length)
    : std::runtime_error("a frame of " + std::to_string(length) + " bytes is too long") {}

void append_length(ByteQueue& to, std::size_t length) {
  net::not_written("04.1 frames and their borders", to, length);
}

std::uint32_t read_length(std::string_view header) {
  net::not_written("04.1 frames and their borders", header);
}

void append_frame(ByteQueue& to, std::string_view payload) {
  net::not_written("04.1 frames and their borders", to, payload);
}

void append_answer(ByteQueue& to, std::string_view request) {
  net::not_written("04.1 frames and their borders", to, request);
}

std::optional<std::string_view> take_frame(std::string_view& bytes, std::size_t longest) {
  net::not_written("04.1 frames and their borders", bytes, longest);
}

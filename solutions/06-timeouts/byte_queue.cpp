#include "byte_queue.hpp"

namespace {
// What an empty queue may keep for next time. More goes back, or every client that ever sent a long frame would cost
// its memory for as long as it stays.
constexpr std::size_t most_kept = 64 * 1024;
}  // namespace

void ByteQueue::drop(std::size_t count) {
  start_ += count;
  if (start_ == bytes_.size()) {
    start_ = 0;
    bytes_.clear();
    if (bytes_.capacity() > most_kept) bytes_ = {};
  } else if (start_ > bytes_.size() / 2) {
    // Not every time: moving the rest for each small piece would cost more than the pieces.
    bytes_.erase(0, start_);
    start_ = 0;
  }
}

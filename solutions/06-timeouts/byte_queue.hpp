#pragma once
#include <string>
#include <string_view>

/// Bytes in the order in which they came: put in at the end, taken off at the front.
class ByteQueue {
 public:
  void append(std::string_view bytes) { bytes_.append(bytes); }

  /// Takes the first `count` bytes off.
  void drop(std::size_t count);

  /// All that is in it. The view ends with the next change.
  std::string_view view() const noexcept { return std::string_view(bytes_).substr(start_); }

  std::size_t size() const noexcept { return bytes_.size() - start_; }
  bool empty() const noexcept { return size() == 0; }
  void clear() noexcept { drop(size()); }

 private:
  std::string bytes_;
  std::size_t start_ = 0;  // of what is left; what stands before it has been taken off already
};

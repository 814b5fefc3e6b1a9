#pragma once
#include <memory>
#include <string>

#include "harness.hpp"

/// A name that has two addresses, of which the first can be made to hang and the second to answer or to refuse.
class TwoAddresses {
 public:
  TwoAddresses();
  ~TwoAddresses();
  TwoAddresses(const TwoAddresses&) = delete;
  TwoAddresses& operator=(const TwoAddresses&) = delete;

  /// False when this machine has no such name.
  bool found() const { return !second_.empty(); }

  const std::string& text() const { return text_; }
  const std::string& first() const { return first_; }

  /// Our server on the second address, on a port that is free on both.
  harness::Listener& listen_on_second();

  /// A port on which nobody listens on the second address, and that is free on the first.
  std::string close_second();

 private:
  std::string text_ = harness::name_with_two_addresses(), first_, second_;
  std::unique_ptr<harness::Listener> listener_;
  int closed_ = -1;
};

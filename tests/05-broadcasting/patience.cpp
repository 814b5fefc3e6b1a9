// How long the tests of this lab wait at most.
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>

#include "clock.hpp"

namespace {

// Without --lease and LEASE_MS a subscription holds for 30 seconds, and is renewed after 15. On a slow machine the
// tests would wait longer than that, and what they told of in the end would be a renewal, or a lease that had run out.
class ShorterThanALease : public Catch::EventListenerBase {
 public:
  using Catch::EventListenerBase::EventListenerBase;
  void testRunStarting(const Catch::TestRunInfo&) override { harness::bound_patience(harness::Milliseconds(12'000)); }
};

CATCH_REGISTER_LISTENER(ShorterThanALease)

}  // namespace

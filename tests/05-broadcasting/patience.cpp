// How long the tests of this lab wait at most.
#include <catch2/interfaces/catch_interfaces_reporter.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>

#include "clock.hpp"

namespace {

// Without --lease and LEASE_MS a subscription holds for 30 seconds. On a slow machine the tests would wait longer than
// that, and what they told in the end would be that the lease had run out.
class ShorterThanALease : public Catch::EventListenerBase {
 public:
  using Catch::EventListenerBase::EventListenerBase;
  void testRunStarting(const Catch::TestRunInfo&) override { harness::bound_patience(harness::Milliseconds(15'000)); }
};

CATCH_REGISTER_LISTENER(ShorterThanALease)

}  // namespace

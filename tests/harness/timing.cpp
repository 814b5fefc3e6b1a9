#include "timing.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "story.hpp"

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;

std::string in_ms(Clock::duration time) {
  return std::to_string(std::chrono::floor<Milliseconds>(time).count()) + " ms";
}

// Waits until the program has ended or `moment` has come; true when it has ended.
bool ends_before(const Program& program, Clock::time_point moment) {
  int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, program.pid(), 0));
  bool ended = pidfd < 0;  // it has ended, and its number is free again
  while (!ended && Clock::now() < moment) {
    pollfd end{pidfd, POLLIN, 0};
    auto left = std::chrono::ceil<Milliseconds>(moment - Clock::now()).count();
    ended = ::poll(&end, 1, static_cast<int>(std::max<long long>(left, 0))) > 0;
  }
  if (pidfd >= 0) ::close(pidfd);
  return ended;
}

bool tell_hanging(const std::string& expected, const std::string& received) {
  Story::current().time_decided();
  Story::current().mismatch(expected, received);
  Story::current().conclude(State::timed_out);
  return false;
}

}  // namespace

Milliseconds stretched(int milliseconds) { return Milliseconds(static_cast<long>(milliseconds * speed_factor())); }

Milliseconds latest_after(Milliseconds limit) { return limit + stretched(1000); }

bool is_overdue(Clock::time_point start, Milliseconds limit) { return Clock::now() >= start + latest_after(limit); }

bool is_on_time(Clock::duration took, Milliseconds limit, const std::string& what) {
  if (took * 10 >= limit * 9 && took <= latest_after(limit)) return true;
  if (took > limit) Story::current().time_decided();
  Story::current().mismatch(what + " after " + in_ms(limit),
                            (took < limit ? "too early, after " : "too late, after ") + in_ms(took));
  return false;
}

bool is_no_later(Clock::duration took, Milliseconds limit, const std::string& what) {
  if (took <= latest_after(limit)) return true;
  Story::current().time_decided();
  Story::current().mismatch(what + " within " + in_ms(limit), "too late, after " + in_ms(took));
  return false;
}

bool ends_after(Program& program, Milliseconds limit) {
  Clock::time_point start = Clock::now() - program.age();
  bool ended = ends_before(program, start + latest_after(limit));
  Clock::duration age = program.age();
  if (!ended) return tell_hanging("its end after " + in_ms(limit), "it is still running after " + in_ms(age));
  return is_on_time(age, limit, "its end");
}

bool ends_within(Program& program, Milliseconds limit, Clock::time_point since) {
  if (ends_before(program, since + latest_after(limit))) return true;
  std::string expected = limit == Milliseconds(0) ? "its end at once" : "its end within " + in_ms(limit);
  return tell_hanging(expected, "it is still running after " + in_ms(Clock::now() - since));
}

void keep_doing(Program& program, Milliseconds interval, Milliseconds limit, const std::function<void()>& action) {
  Clock::time_point start = Clock::now() - program.age();
  // The next time counts from the last, not from the action's end, so that a slow machine does not stretch it.
  for (Clock::time_point next = Clock::now(); !is_overdue(start, limit);
       next = std::max(next + interval, Clock::now())) {
    if (ends_before(program, next)) return;
    action();
  }
}

void pass_time(const Program& program, Clock::time_point moment) { ends_before(program, moment); }

}  // namespace harness

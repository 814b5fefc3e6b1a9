#pragma once
#include <sys/types.h>

#include <string>

namespace classroom {

/// What this system offers to hold strangers' programs, as tried out.
struct Hold {
  bool apart = false;  ///< users, network, processes and mounts of their own
  std::string why_not_apart;
  int landlock = 0;                   ///< its version; 0: none
  bool other_user = false;            ///< we are root and can run them as somebody else
  bool solutions_unreadable = false;  ///< for that somebody

  bool enough() const;
  std::string in_words() const;  ///< what holds them
  std::string lacking() const;   ///< what is missing, and what to do; empty when it is enough
};

/// The first of the users that strangers' programs run as when we are root: each submission that is under way has one.
constexpr uid_t first_user = 60600;

/// Users for this run alone, as many as `users_of_a_run`: another grader on this machine ends everything that runs as
/// one of its own. \returns the first of them \throws std::runtime_error when eight graders have theirs already
uid_t claim_users();
constexpr uid_t users_of_a_run = 64;

Hold probe_hold();

/// Ends everything that runs as `user`, again and again until nothing does. For root alone.
void end_everything_of(uid_t user);

}  // namespace classroom

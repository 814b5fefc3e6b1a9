#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

// Keeping a stranger's program away from the one that judges it, and from all others.
namespace harness {

/// How programs under test are contained; part of what `grade class` tells a test program.
struct Containment {
  std::string folder;  ///< holds bin/ (the programs), tmp/ (theirs to write) and own/ (ours; they read it); empty: not
                       ///< contained
  uid_t user = 0;      ///< when we are root, whom the programs run as
  std::vector<std::string> hidden;  ///< folders that the programs see empty, where the system has mount namespaces
  bool on() const { return !folder.empty(); }
};

/// For the rest of this process.
void set_containment(Containment containment);
const Containment& containment();

/// Goes on in a child that has users, a network, processes, and mounts of its own (namespaces(7)), as the first process
/// there: nobody in there can end it, and when it ends, everything in there does. The parent waits for it.
///
/// Must be called before the process has threads.
/// \returns in the child -1; in the parent the child's exit status, or 128 + signal; -2 where there are no such
/// namespaces, and then nothing has happened
int go_apart();

/// Why go_apart() gave -2.
const std::string& why_not_apart();

/// In a child that is about to become a program under test: another user, if containment() says so. Safe between fork
/// and exec.
/// \returns false when it could not be done: the program must not run then
bool become_other_user(uid_t user) noexcept;

/// While it lives, this thread may look into the programs under test, and limit them, where we are root but without the
/// capabilities that would let root do so, as in a container. Where programs are not contained it does nothing.
class SameUser {
 public:
  SameUser();
  ~SameUser();
  SameUser(const SameUser&) = delete;
  SameUser& operator=(const SameUser&) = delete;

 private:
  uid_t user_ = 0;
};

}  // namespace harness

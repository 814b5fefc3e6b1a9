#include "apart.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "network.hpp"

namespace harness {
namespace {

Containment in_force;
std::string apart_reason;

bool write_map(const std::string& path, const std::string& text) {
  int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  bool written = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (!written) apart_reason = path + ": " + std::strerror(errno);
  if (fd >= 0) ::close(fd);
  return written;
}

// The child's own user is itself in there. Root maps the programs' user, too, which only it may do, and only from
// outside.
bool map_users(pid_t child) {
  std::string folder = "/proc/" + std::to_string(child) + "/", user = std::to_string(::geteuid()),
              group = std::to_string(::getegid());
  bool other = ::geteuid() == 0 && in_force.user != 0;
  std::string more = other ? "\n" + std::to_string(in_force.user) + " " + std::to_string(in_force.user) + " 1" : "";
  return (other || write_map(folder + "setgroups", "deny")) &&
         write_map(folder + "uid_map", user + " " + user + " 1" + more) &&
         write_map(folder + "gid_map", group + " " + group + " 1" + more);
}

bool mount_or_tell(const char* what, const std::string& where, const char* type, unsigned long flags,
                   const char* options) {
  if (::mount(what, where.c_str(), type, flags, options) == 0) return true;
  apart_reason = "mount " + where + ": " + std::strerror(errno);
  return false;
}

bool furnish() {
  if (!mount_or_tell("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr)) return false;
  if (!mount_or_tell("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr)) return false;
  for (const std::string& folder : in_force.hidden)
    if (::access(folder.c_str(), F_OK) == 0)
      mount_or_tell("none", folder, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,mode=0555");
  if (!in_force.on()) return true;
  // Bounded, for this test alone, and gone with it.
  for (const char* name : {"/tmp", "/own"}) {
    std::string folder = in_force.folder + name;
    if (!mount_or_tell("none", folder, "tmpfs", MS_NOSUID | MS_NODEV, "size=96m,nr_inodes=2000,mode=0755"))
      return false;
  }
  std::string theirs = in_force.folder + "/tmp";
  if (in_force.user != 0 && ::chown(theirs.c_str(), in_force.user, in_force.user) != 0) return false;
  return true;
}

}  // namespace

void set_containment(Containment containment) { in_force = std::move(containment); }
const Containment& containment() { return in_force; }
const std::string& why_not_apart() { return apart_reason; }

int go_apart() {
  int mapped[2], furnished[2];
  if (::pipe2(mapped, O_CLOEXEC) != 0 || ::pipe2(furnished, O_CLOEXEC) != 0) return -2;
  constexpr unsigned long spaces = CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID;
  long child = ::syscall(SYS_clone, spaces | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child < 0) apart_reason = std::string("clone: ") + std::strerror(errno);
  if (child == 0) {
    ::close(mapped[1]);
    ::close(furnished[0]);
    char go = 0;
    bool well = ::read(mapped[0], &go, 1) == 1 && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
    well = well && furnish();
    well = well && settle_in_private_network() == Network::own;
    // Programs of the same user must not be able to look into us, where what they should answer stands.
    ::prctl(PR_SET_DUMPABLE, 0);
    char answer = well ? 'y' : 'n';
    if (::write(furnished[1], &answer, 1) != 1 || !well) ::_exit(1);
    ::close(mapped[0]);
    ::close(furnished[1]);
    return -1;
  }
  bool well = child > 0 && map_users(static_cast<pid_t>(child));
  ::close(furnished[1]);
  ::close(mapped[0]);
  char answer = 'n';
  if (well) well = ::write(mapped[1], "y", 1) == 1 && ::read(furnished[0], &answer, 1) == 1 && answer == 'y';
  ::close(mapped[1]);
  ::close(furnished[0]);
  if (!well && apart_reason.empty()) apart_reason = "a mount inside it is refused";
  if (child < 0) return -2;
  int status = 0;
  if (!well) ::kill(static_cast<pid_t>(child), SIGKILL);
  while (::waitpid(static_cast<pid_t>(child), &status, 0) < 0 && errno == EINTR) {
  }
  if (!well) return -2;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool become_other_user(uid_t user) noexcept {
  if (user == 0) return true;
  return ::setgroups(0, nullptr) == 0 && ::setresgid(user, user, user) == 0 && ::setresuid(user, user, user) == 0;
}

// The real user, which prlimit(2) asks for, and that of the files, which /proc asks for; of this thread alone, so past
// the C library, which would change all threads.
SameUser::SameUser() : user_(in_force.user) {
  if (user_ == 0) return;
  ::syscall(SYS_setresgid, user_, -1, -1);
  ::syscall(SYS_setfsgid, user_);
  ::syscall(SYS_setresuid, user_, -1, -1);
  ::syscall(SYS_setfsuid, user_);
}

SameUser::~SameUser() {
  if (user_ == 0) return;
  ::syscall(SYS_setresuid, 0, -1, -1);
  ::syscall(SYS_setfsuid, 0);
  ::syscall(SYS_setresgid, 0, -1, -1);
  ::syscall(SYS_setfsgid, 0);
}

}  // namespace harness

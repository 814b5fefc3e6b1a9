#include "hold.hpp"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <functional>
#include <stdexcept>

#include "apart.hpp"
#include "course.hpp"
#include "fence.hpp"

namespace classroom {
namespace {

// Asked in a child, which may change what it is. What it wrote, or nothing.
std::string ask_child(const std::function<std::string()>& question) {
  int ends[2];
  if (::pipe(ends) != 0) return "";
  pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    std::string answer = question();
    (void)!::write(ends[1], answer.data(), answer.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string answer;
  std::array<char, 512> buffer;
  for (ssize_t n; (n = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
    answer.append(buffer.data(), static_cast<std::size_t>(n));
  ::close(ends[0]);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return answer;
}

}  // namespace

// A name that only one process can have, and that is free again when it ends, however it does (unix(7)).
uid_t claim_users() {
  static int claim = -1;
  for (uid_t user = first_user; user < first_user + 8 * users_of_a_run; user += users_of_a_run) {
    claim = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string name = "socket-labs-users-" + std::to_string(user);
    name.copy(address.sun_path + 1, name.size());
    if (::bind(claim, reinterpret_cast<sockaddr*>(&address),
               static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size())) == 0)
      return user;
    ::close(claim);
  }
  throw std::runtime_error("eight graders are at work on this machine already: wait for one of them");
}

Hold probe_hold() {
  Hold hold;
  hold.landlock = harness::Fence::version();
  hold.other_user =
      ::geteuid() == 0 && ask_child([] { return harness::become_other_user(first_user) ? "y" : "n"; }) == "y";
  std::string apart = ask_child([&hold]() -> std::string {
    harness::Containment containment;
    containment.user = hold.other_user ? first_user : 0;
    harness::set_containment(containment);
    int status = harness::go_apart();
    if (status == -1) ::_exit(42);
    return status == 42 ? "y" : harness::why_not_apart();
  });
  hold.apart = apart == "y";
  hold.why_not_apart = hold.apart ? "" : apart;
  if (hold.other_user)
    hold.solutions_unreadable = ask_child([] {
                                  return harness::become_other_user(first_user) &&
                                                 ::access((source_folder() + "/solutions").c_str(), R_OK) != 0 &&
                                                 ::access((build_folder() + "/solutions").c_str(), X_OK) != 0
                                             ? "y"
                                             : "n";
                                }) == "y";
  return hold;
}

bool Hold::enough() const { return lacking().empty(); }

std::string Hold::in_words() const {
  std::string words;
  auto add = [&words](const std::string& what) { words += (words.empty() ? "" : "; ") + what; };
  if (other_user) add("another user for each submission");
  if (apart) add("users, network, processes and mounts of their own");
  if (landlock > 0) add("Landlock " + std::to_string(landlock));
  add("limits on time, memory, processes, files and output");
  return words;
}

std::string Hold::lacking() const {
  std::string words;
  if (!apart && !other_user && landlock < 6)
    words += "Nothing keeps a program from ending the others: no namespaces (" + why_not_apart +
             "), we are not root, and the kernel has no Landlock 6 (Linux 6.12). ";
  if (landlock == 0 && !(other_user && solutions_unreadable))
    words += other_user ? "Nothing keeps a program from reading the solutions: the kernel has no Landlock; take the "
                          "others' rights from them (chmod -R go= solutions .build/solutions). "
                        : "Nothing keeps a program from reading the solutions: the kernel has no Landlock (Linux "
                          "5.13), and we are not root. ";
  return words;
}

void end_everything_of(uid_t user) {
  if (user == 0) return;
  for (int round = 0; round < 200; ++round) {
    std::string answer = ask_child([user]() -> std::string {
      if (!harness::become_other_user(user)) return "gone";
      return ::kill(-1, SIGKILL) != 0 && errno == ESRCH ? "gone" : "more";
    });
    if (answer == "gone") return;
    ::usleep(1000);
  }
}

}  // namespace classroom

#include "network.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace harness {
namespace {

Network in_use = Network::shared;
std::string reason;
bool own_hosts = false;  // /etc/hosts is ours

bool failed(const char* what) {
  reason = std::string(what) + ": " + std::strerror(errno);
  return false;
}

bool write_file(const char* path, const std::string& text) {
  int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return failed(path);
  bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (!written) failed(path);
  ::close(fd);
  return written;
}

bool bring_loopback_up() {
  int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return failed("socket");
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  bool up = ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  if (!up) failed("bring lo up");
  ::close(fd);
  return up;
}

// Puts a hosts file of our own over the system's, for this process and its children alone, so that a test knows which
// addresses a name has. Tests can do without.
bool make_own_hosts() {
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  char path[] = "/tmp/hosts-XXXXXX";
  int fd = ::mkostemp(path, O_CLOEXEC);
  if (fd < 0) return false;
  constexpr std::string_view text =
      "127.0.0.1 localhost\n"
      "::1 localhost\n"
      "::1 two-addresses.test\n"
      "127.0.0.1 two-addresses.test\n"
      "127.0.0.1 last-unreachable.test\n"
      "192.0.2.1 last-unreachable.test\n";  // for documentation (RFC 5737): no route leads there
  bool made = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fchmod(fd, 0644) == 0 &&
              ::mount(path, "/etc/hosts", nullptr, MS_BIND, nullptr) == 0;
  ::close(fd);
  ::unlink(path);
  return made;
}

// In a child first: a process that got its user namespace but not the network would be left in between.
bool can_be_made() {
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) return failed("pipe");
  pid_t child = ::fork();
  if (child == 0) {
    int error = ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 ? 0 : errno;
    (void)!::write(pipe_ends[1], &error, sizeof error);
    ::_exit(0);
  }
  ::close(pipe_ends[1]);
  int error = EPERM;
  if (child > 0) (void)!::read(pipe_ends[0], &error, sizeof error);
  ::close(pipe_ends[0]);
  if (child > 0) ::waitpid(child, nullptr, 0);
  if (error == 0) return true;
  errno = error;
  return failed("unshare");
}

}  // namespace

Network enter_private_network() {
  std::string user = std::to_string(::getuid()), group = std::to_string(::getgid());
  if (can_be_made() && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 && write_file("/proc/self/setgroups", "deny") &&
      write_file("/proc/self/uid_map", user + " " + user + " 1") &&
      write_file("/proc/self/gid_map", group + " " + group + " 1") && bring_loopback_up())
    in_use = Network::own;
  if (in_use == Network::own) own_hosts = make_own_hosts();
  return in_use;
}

Network settle_in_private_network() {
  if (bring_loopback_up()) in_use = Network::own;
  if (in_use == Network::own) own_hosts = make_own_hosts();
  return in_use;
}

std::string name_with_two_addresses() { return own_hosts ? "two-addresses.test" : "localhost"; }

bool have_name_with_two_addresses() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (::getaddrinfo(name_with_two_addresses().c_str(), nullptr, &hints, &list) != 0) return false;
  bool four = false, six = false;
  for (addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    four = four || entry->ai_family == AF_INET;
    six = six || entry->ai_family == AF_INET6;
  }
  ::freeaddrinfo(list);
  return four && six;
}

std::string name_whose_last_address_is_unreachable() { return own_hosts ? "last-unreachable.test" : ""; }

Network network() { return in_use; }

const std::string& why_shared() { return reason; }

bool have_ipv6() {
  int fd = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

}  // namespace harness

#include "fence.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace harness {
namespace {

// Older systems have no header for these, so what we need of <linux/landlock.h> stands here.
constexpr long create_ruleset = 444, add_rule = 445, restrict_self = 446;
constexpr std::uint64_t may_execute = 1, may_write = 2, may_read = 4, may_list = 8, may_refer = 1 << 13,
                        may_truncate = 1 << 14, may_ioctl = 1 << 15;
constexpr std::uint64_t in_first_version = (1 << 13) - 1, of_files = may_execute | may_write | may_read;
constexpr std::uint64_t no_abstract_sockets = 1, no_signals = 2;

struct Ruleset {
  std::uint64_t files, network, scopes;
};
struct [[gnu::packed]] BelowPath {
  std::uint64_t allowed;
  std::int32_t parent;
};

std::uint64_t known_rights() {
  int version = Fence::version();
  return in_first_version | (version >= 2 ? may_refer : 0) | (version >= 3 ? may_truncate : 0) |
         (version >= 5 ? may_ioctl : 0);
}

#if defined(__x86_64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t architecture = 0;
#endif

// Memory that no limit counts, and ways out of what surrounds the program.
constexpr std::array<std::uint32_t, 12> refused{SYS_memfd_create,
                                                447 /* memfd_secret */,
                                                SYS_unshare,
                                                SYS_setns,
                                                SYS_mount,
                                                SYS_bpf,
                                                SYS_perf_event_open,
                                                SYS_add_key,
                                                SYS_request_key,
                                                SYS_keyctl,
                                                425 /* io_uring_setup */,
                                                SYS_userfaultfd};

void refuse_calls() noexcept {
  if (architecture == 0) return;
  constexpr std::uint32_t no = SECCOMP_RET_ERRNO | EPERM;
  std::array<sock_filter, 6 + refused.size() + 2> program{};
  std::size_t at = 0;
  auto add = [&](std::uint16_t code, std::uint32_t k, std::size_t if_true = 0, std::size_t if_false = 0) {
    program[at++] = {code, static_cast<std::uint8_t>(if_true), static_cast<std::uint8_t>(if_false), k};
  };
  constexpr std::size_t last = 6 + refused.size() + 1;  // where the refusal stands
  add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch));
  add(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0);
  add(BPF_RET | BPF_K, no);
  add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
  add(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1);
  add(BPF_RET | BPF_K, no);
  for (std::uint32_t number : refused) add(BPF_JMP | BPF_JEQ | BPF_K, number, last - at - 1, 0);
  add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  add(BPF_RET | BPF_K, no);
  sock_fprog filter{static_cast<unsigned short>(at), program.data()};
  ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

}  // namespace

int Fence::version() {
  static const long version = ::syscall(create_ruleset, nullptr, 0, 1U);
  return version > 0 ? static_cast<int>(version) : 0;
}

Fence::Fence() {
  there_ = version() > 0;
  if (!there_) return;
  Ruleset ruleset{known_rights(), 0, version() >= 6 ? no_abstract_sockets | no_signals : 0};
  std::size_t size = version() >= 6 ? 24 : version() >= 4 ? 16 : 8;
  rules_ = static_cast<int>(::syscall(create_ruleset, &ruleset, size, 0U));
  for (const char* path : {"/usr",
                           "/lib",
                           "/lib64",
                           "/lib32",
                           "/bin",
                           "/sbin",
                           "/opt",
                           "/nix/store",
                           "/etc/ld.so.cache",
                           "/etc/ld.so.conf",
                           "/etc/ld.so.conf.d",
                           "/etc/ld.so.preload",
                           "/etc/alternatives",
                           "/etc/hosts",
                           "/etc/host.conf",
                           "/etc/nsswitch.conf",
                           "/etc/resolv.conf",
                           "/etc/gai.conf",
                           "/etc/services",
                           "/etc/protocols",
                           "/etc/localtime",
                           "/etc/ssl/openssl.cnf",
                           "/proc",
                           "/sys/devices/system",
                           "/dev/zero",
                           "/dev/full",
                           "/dev/random",
                           "/dev/urandom"})
    allow(path, may_execute | may_read | may_list);
  allow("/dev/null", may_read | may_write);
}

Fence::~Fence() {
  if (rules_ >= 0) ::close(rules_);
}

void Fence::allow_reading(const std::string& path) { allow(path, may_execute | may_read | may_list); }

// Everything but devices; a single file cannot be cut short, because we may have it in our memory. Links may be made:
// they lead nowhere that the fence does not allow.
void Fence::allow_writing(const std::string& path) {
  constexpr std::uint64_t make_char = 1 << 6, make_block = 1 << 11;
  allow(path, known_rights() & ~(make_char | make_block | may_ioctl));
}

void Fence::allow(const std::string& path, unsigned long long access) {
  if (rules_ < 0) return;
  int fd = ::open(path.c_str(), O_PATH | O_CLOEXEC);
  if (fd < 0) return;
  struct stat status {};
  ::fstat(fd, &status);
  access &= known_rights();
  if (!S_ISDIR(status.st_mode)) access &= of_files;
  BelowPath rule{access, fd};
  ::syscall(add_rule, rules_, 1, &rule, 0U);
  ::close(fd);
}

bool Fence::enter() const noexcept {
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  bool fenced = !there_ || (rules_ >= 0 && ::syscall(restrict_self, rules_, 0U) == 0);
  refuse_calls();
  return fenced;
}

}  // namespace harness

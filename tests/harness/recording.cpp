#include "recording.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

#include "../recorder/record.hpp"
#include "apart.hpp"

namespace fs = std::filesystem;

namespace harness {
namespace {

using recorder::Call;
using recorder::Memory;

constexpr std::array<const char*, static_cast<std::size_t>(Call::count)> names{
    "?",       "socket",   "bind",       "listen",  "accept", "connect",    "send",     "sendto",
    "sendmsg", "recv",     "recvfrom",   "recvmsg", "read",   "write",      "readv",    "writev",
    "close",   "shutdown", "setsockopt", "poll",    "select", "epoll_wait", "sendfile", "dup"};

std::string address_of(std::uint16_t family, const std::uint8_t* address, std::uint16_t port) {
  char text[INET6_ADDRSTRLEN] = "";
  if (family != AF_INET && family != AF_INET6) return "";
  ::inet_ntop(family, address, text, sizeof text);
  return (family == AF_INET6 ? "[" + std::string(text) + "]" : text) + ":" + std::to_string(port);
}

void add_failure(recorder::Faults& faults, recorder::Kind kind, const Fault& fault) {
  for (recorder::Failure& failure : faults.failures)
    if (failure.kind == 0) {
      failure.error = fault.number;
      failure.nth = fault.nth;
      failure.kind = kind;
      return;
    }
}

void write_faults(recorder::Faults& into, const Faults& faults) {
  for (const Fault& fault : faults) switch (fault.kind) {
      case Fault::Kind::receive_most: into.receive_most = fault.number; break;
      case Fault::Kind::send_most: into.send_most = fault.number; break;
      case Fault::Kind::interrupt_every: into.interrupt_every = fault.number; break;
      case Fault::Kind::accept_fails: add_failure(into, recorder::accepting, fault); break;
      case Fault::Kind::receive_fails: add_failure(into, recorder::receiving, fault); break;
      case Fault::Kind::send_fails: add_failure(into, recorder::sending, fault); break;
      case Fault::Kind::connect_fails: add_failure(into, recorder::connecting, fault); break;
    }
}

// The bytes of an entry as they are now; the program may be writing them.
struct Copy {
  std::uint64_t ticket, begun, ended;
  std::int64_t result, asked;
  std::int32_t pid, thread, fd, error;
  std::uint16_t call;
  std::uint8_t flags, size;
  std::uint16_t port, family;
  std::uint8_t address[16];
  std::int32_t detail;
  std::uint8_t bytes[recorder::kept_bytes];
  std::uint32_t places[recorder::kept_places];
};
static_assert(sizeof(Copy) == sizeof(recorder::Entry));

// What records that are files begin with; the number of the process whose they are follows.
std::string record_prefix() {
  const char* folder = "/dev/shm";
  return (::access(folder, W_OK | X_OK) == 0 ? folder : fs::temp_directory_path().string()) + "/socket-labs-record-";
}

// A test that was killed could not remove its own.
void remove_records_of_the_dead() {
  const std::string prefix = record_prefix();
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(fs::path(prefix).parent_path(), ignored)) {
    const std::string path = entry.path().string();
    if (!path.starts_with(prefix)) continue;
    pid_t owner = std::atoi(path.c_str() + prefix.size());
    if (owner > 0 && ::kill(owner, 0) != 0 && errno == ESRCH) ::unlink(path.c_str());
  }
}

Faults everywhere;

}  // namespace

bool set_fault_everywhere(const std::string& name) {
  for (const auto& [known, faults] : bearable_faults())
    if (known == name) return everywhere = faults, true;
  return false;
}

const Faults& faults_everywhere() { return everywhere; }

const std::vector<std::pair<std::string, Faults>>& bearable_faults() {
  static const std::vector<std::pair<std::string, Faults>> all{
      {"short-receives", {receives_at_most(1000)}},
      {"interrupts", {interrupts_every(3)}},
      {"interrupted-connect", {connect_is_interrupted()}},
      {"lost-accept", {accept_fails_once(ECONNABORTED)}},
  };
  return all;
}

std::string in_words(const Faults& faults) {
  std::string all;
  auto number = [](int n, const std::string& one) { return std::to_string(n) + " " + one + (n == 1 ? "" : "s"); };
  auto once = [](const char* call, const Fault& fault) {
    const char* error = ::strerrorname_np(fault.number);
    std::string which = fault.nth == 1 ? "the first " : "the " + std::to_string(fault.nth) + ". ";
    return which + call + " fails with " + (error ? error : "an error") + " (" + std::strerror(fault.number) + ")";
  };
  for (const Fault& fault : faults) {
    std::string one;
    switch (fault.kind) {
      case Fault::Kind::receive_most: one = "a receive gives at most " + number(fault.number, "byte"); break;
      case Fault::Kind::send_most: one = "a send takes at most " + number(fault.number, "byte"); break;
      case Fault::Kind::interrupt_every:
        one = (fault.number == 1 ? "every call" : "one call in " + std::to_string(fault.number)) +
              " that waits is interrupted by a signal (EINTR)";
        break;
      case Fault::Kind::accept_fails: one = once("accept", fault); break;
      case Fault::Kind::receive_fails: one = once("receive", fault); break;
      case Fault::Kind::send_fails: one = once("send", fault); break;
      case Fault::Kind::connect_fails: one = "connect is interrupted by a signal (EINTR)"; break;
    }
    all += (all.empty() ? "" : ", and ") + one;
  }
  return all;
}

bool RecordedCall::sends() const { return name.starts_with("send") || name.starts_with("write"); }
bool RecordedCall::receives() const { return name.starts_with("recv") || name.starts_with("read"); }
bool RecordedCall::waits() const { return name == "poll" || name == "select" || name == "epoll_wait"; }

Recording::Recording(const std::string& library, const Faults& faults) : library_(library) {
  if (::access(library.c_str(), R_OK) != 0) return;
  if (containment().on()) {
    file_ = containment().folder + "/own/record-XXXXXX";
    fd_ = ::mkostemp(file_.data(), O_CLOEXEC);
    if (fd_ >= 0) ::fchmod(fd_, 0666);
  } else if (::geteuid() != 0) {
    // A program may open what we have open only if it could trace us ("access mode checking" in ptrace(2)). In a
    // network of its own an ordinary user's test has capabilities, which its programs lose when they are executed.
    remove_records_of_the_dead();
    file_ = record_prefix() + std::to_string(::getpid()) + "-XXXXXX";
    fd_ = ::mkostemp(file_.data(), O_CLOEXEC);
  } else {
    fd_ = ::memfd_create("flight-record", MFD_CLOEXEC);
  }
  if (fd_ < 0 || ::ftruncate(fd_, sizeof(Memory)) != 0) return;
  void* address = ::mmap(nullptr, sizeof(Memory), PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
  if (address == MAP_FAILED) return;
  memory_ = address;
  auto* memory = static_cast<Memory*>(memory_);
  write_faults(memory->faults, faults);
  memory->magic = recorder::magic;
}

Recording::~Recording() {
  if (memory_ != nullptr) ::munmap(memory_, sizeof(Memory));
  if (fd_ >= 0) ::close(fd_);
  if (fd_ >= 0 && !file_.empty()) ::unlink(file_.c_str());
}

std::vector<std::string> Recording::environment() const {
  if (memory_ == nullptr) return {};
  return {"LD_PRELOAD=" + library_,
          std::string(recorder::variable) + "=" +
              (file_.empty() ? "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd_) : file_)};
}

bool Recording::loaded() const { return memory_ != nullptr && static_cast<Memory*>(memory_)->loaded.load() != 0; }

std::uint64_t Recording::count() const { return memory_ == nullptr ? 0 : static_cast<Memory*>(memory_)->next.load(); }

std::vector<RecordedCall> Recording::calls() const {
  std::vector<RecordedCall> all;
  if (memory_ == nullptr) return all;
  const auto* memory = static_cast<const Memory*>(memory_);
  for (std::size_t slot = 0; slot < recorder::capacity; ++slot) {
    if (memory->entries[slot].ticket.load(std::memory_order_acquire) == 0) continue;
    Copy copy;
    std::memcpy(&copy, static_cast<const void*>(&memory->entries[slot]), sizeof copy);
    // What the recorder did not write, or is writing now.
    bool good = copy.ticket % recorder::capacity == (slot + 1) % recorder::capacity && copy.call > 0 &&
                copy.call < names.size() && copy.size <= recorder::kept_bytes && copy.error >= 0 && copy.error < 4096 &&
                (copy.ended == 0 || copy.ended >= copy.begun);
    if (!good) continue;
    RecordedCall call;
    call.number = copy.ticket;
    call.begun = copy.begun;
    call.ended = copy.ended;
    call.pid = copy.pid;
    call.thread = copy.thread;
    call.fd = copy.fd;
    call.error = copy.error;
    call.detail = copy.detail;
    call.result = copy.result;
    call.asked = copy.asked;
    call.name = names[copy.call];
    call.address = address_of(copy.family, copy.address, copy.port);
    call.bytes.assign(reinterpret_cast<const char*>(copy.bytes), copy.size);
    for (std::uint32_t place : copy.places)
      if (place != 0) call.places.push_back(place);
    call.injected = (copy.flags & recorder::injected) != 0;
    call.of_stream = (copy.flags & recorder::stream) != 0;
    call.of_datagrams = (copy.flags & recorder::datagrams) != 0;
    all.push_back(std::move(call));
  }
  std::sort(all.begin(), all.end(), [](const RecordedCall& a, const RecordedCall& b) { return a.number < b.number; });
  return all;
}

}  // namespace harness

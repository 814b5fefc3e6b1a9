// The flight recorder: preloaded into a program under test, it notes the program's socket calls in memory that the
// harness reads, and makes chosen calls short, interrupted or failing, as a real kernel may.
//
// It changes no call's meaning: errno is what the call left, and a descriptor that is no socket is not noted. Every
// real function is looked up before main; a look-up inside a call can hang a program that a sanitizer watches. There
// are no static objects with constructors and no calls into the C++ library, so that it suits any program.
#include "record.hpp"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

using recorder::Call;
using recorder::Entry;

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

struct Real {
  int (*socket)(int, int, int);
  int (*bind)(int, const sockaddr*, socklen_t);
  int (*listen)(int, int);
  int (*accept)(int, sockaddr*, socklen_t*);
  int (*accept4)(int, sockaddr*, socklen_t*, int);
  int (*connect)(int, const sockaddr*, socklen_t);
  ssize_t (*send)(int, const void*, size_t, int);
  ssize_t (*sendto)(int, const void*, size_t, int, const sockaddr*, socklen_t);
  ssize_t (*sendmsg)(int, const msghdr*, int);
  ssize_t (*recv)(int, void*, size_t, int);
  ssize_t (*recvfrom)(int, void*, size_t, int, sockaddr*, socklen_t*);
  ssize_t (*recvmsg)(int, msghdr*, int);
  int (*sendmmsg)(int, mmsghdr*, unsigned, int);
  int (*recvmmsg)(int, mmsghdr*, unsigned, int, timespec*);
  ssize_t (*read)(int, void*, size_t);
  ssize_t (*write)(int, const void*, size_t);
  ssize_t (*readv)(int, const iovec*, int);
  ssize_t (*writev)(int, const iovec*, int);
  int (*close)(int);
  int (*shutdown)(int, int);
  int (*setsockopt)(int, int, int, const void*, socklen_t);
  int (*poll)(pollfd*, nfds_t, int);
  int (*ppoll)(pollfd*, nfds_t, const timespec*, const sigset_t*);
  int (*select)(int, fd_set*, fd_set*, fd_set*, timeval*);
  int (*pselect)(int, fd_set*, fd_set*, fd_set*, const timespec*, const sigset_t*);
  int (*epoll_wait)(int, epoll_event*, int, int);
  int (*epoll_pwait)(int, epoll_event*, int, int, const sigset_t*);
  ssize_t (*sendfile)(int, int, off_t*, size_t);
  int (*dup)(int);
  int (*dup2)(int, int);
  ssize_t (*read_chk)(int, void*, size_t, size_t);
  ssize_t (*recv_chk)(int, void*, size_t, size_t, int);
  ssize_t (*recvfrom_chk)(int, void*, size_t, size_t, int, sockaddr*, socklen_t*);
  int (*poll_chk)(pollfd*, nfds_t, int, size_t);
  int (*ppoll_chk)(pollfd*, nfds_t, const timespec*, const sigset_t*, size_t);
} real;

bool resolved = false;
recorder::Memory* memory = nullptr;
int own_pid = 0;
bool faulty = false;                          // some call shall be short, interrupted or failing
std::uintptr_t text_begin = 0, text_end = 0;  // of the program's own file, in memory

template <class Function>
void find(Function& function, const char* name) {
  function = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

void resolve() {
  if (resolved) return;
  resolved = true;
#define FIND(name) find(real.name, #name)
  FIND(socket);
  FIND(bind);
  FIND(listen);
  FIND(accept);
  FIND(accept4);
  FIND(connect);
  FIND(send);
  FIND(sendto);
  FIND(sendmsg);
  FIND(recv);
  FIND(recvfrom);
  FIND(recvmsg);
  FIND(sendmmsg);
  FIND(recvmmsg);
  FIND(read);
  FIND(write);
  FIND(readv);
  FIND(writev);
  FIND(close);
  FIND(shutdown);
  FIND(setsockopt);
  FIND(poll);
  FIND(ppoll);
  FIND(select);
  FIND(pselect);
  FIND(epoll_wait);
  FIND(epoll_pwait);
  FIND(sendfile);
  FIND(dup);
  FIND(dup2);
#undef FIND
  find(real.read_chk, "__read_chk");
  find(real.recv_chk, "__recv_chk");
  find(real.recvfrom_chk, "__recvfrom_chk");
  find(real.poll_chk, "__poll_chk");
  find(real.ppoll_chk, "__ppoll_chk");
}

// Where the program's own file lies in memory: from its first line in /proc/self/maps to the end of the last one of
// the same file. Read with plain system calls, before anybody else's constructor may need memory.
void find_program_text() {
  static char text[16384];
  long fd = ::syscall(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  std::size_t size = 0;
  for (long n; size < sizeof text && (n = ::syscall(SYS_read, fd, text + size, sizeof text - size)) > 0;)
    size += static_cast<std::size_t>(n);
  ::syscall(SYS_close, fd);
  char own[1024];
  long length = ::syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", own, sizeof own);
  auto hex = [&](std::size_t& at) {
    std::uintptr_t value = 0;
    for (; at < size; ++at) {
      char c = text[at];
      if (c >= '0' && c <= '9')
        value = value * 16 + static_cast<unsigned>(c - '0');
      else if (c >= 'a' && c <= 'f')
        value = value * 16 + static_cast<unsigned>(c - 'a' + 10);
      else
        break;
    }
    return value;
  };
  for (std::size_t line = 0; line < size && length > 0;) {
    std::size_t at = line, end = line;
    while (end < size && text[end] != '\n') ++end;
    std::uintptr_t from = hex(at);
    ++at;
    std::uintptr_t to = hex(at);
    bool same = end - line > static_cast<std::size_t>(length);
    for (long i = 0; same && i < length; ++i) same = text[end - static_cast<std::size_t>(length - i)] == own[i];
    if (same && text_begin == 0) text_begin = from;
    if (same) text_end = to;
    line = end + 1;
  }
}

void map_memory() {
  const char* path = ::getenv(recorder::variable);
  if (path == nullptr) return;
  long fd = ::syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  long address = ::syscall(SYS_mmap, nullptr, sizeof(recorder::Memory), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::syscall(SYS_close, fd);
  if (address < 0 && address > -4096) return;
  auto* mapped = reinterpret_cast<recorder::Memory*>(address);
  if (mapped->magic != recorder::magic) return;
  const recorder::Faults& faults = mapped->faults;
  faulty =
      faults.receive_most != 0 || faults.send_most != 0 || faults.interrupt_every != 0 || faults.failures[0].kind != 0;
  mapped->loaded.fetch_add(1);
  memory = mapped;
}

void after_fork() { own_pid = static_cast<int>(::syscall(SYS_getpid)); }

__attribute__((constructor)) void load() {
  int kept = errno;
  resolve();
  after_fork();
  ::pthread_atfork(nullptr, nullptr, after_fork);
  find_program_text();
  map_memory();
  errno = kept;
}

std::uint64_t now() {
  timespec time;
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
}

// The type of a socket, or 0 for what is none.
int type_of(int fd) {
  int kept = errno, type = 0;
  socklen_t length = sizeof type;
  if (::syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0) type = 0;
  errno = kept;
  return type;
}

bool is_nonblocking(int fd) {
  int kept = errno;
  long flags = ::syscall(SYS_fcntl, fd, F_GETFL);
  errno = kept;
  return flags >= 0 && (flags & O_NONBLOCK) != 0;
}

// A call on its way. Its entry may be overwritten by later calls while it waits; then its end is not noted.
class Noted {
 public:
  Noted(Call call, int fd, std::int64_t asked, std::int32_t detail) {
    if (memory == nullptr) return;
    int kept = errno;
    ticket_ = memory->next.fetch_add(1, std::memory_order_relaxed) + 1;
    entry_ = &memory->entries[(ticket_ - 1) % recorder::capacity];
    entry_->ticket.store(0, std::memory_order_relaxed);
    entry_->ended.store(0, std::memory_order_relaxed);
    entry_->call = static_cast<std::uint16_t>(call);
    entry_->fd = fd;
    entry_->asked = asked;
    entry_->detail = detail;
    entry_->pid = own_pid;
    entry_->thread = static_cast<std::int32_t>(::syscall(SYS_gettid));
    entry_->flags = entry_->size = 0;
    entry_->port = entry_->family = 0;
    for (std::uint32_t& place : entry_->places) place = 0;
    entry_->begun = now();
    entry_->ticket.store(ticket_, std::memory_order_release);
    errno = kept;
  }

  void address(const sockaddr* name, socklen_t length) {
    if (!usable() || name == nullptr || length < sizeof(sockaddr_in)) return;
    const void* source = nullptr;
    std::size_t size = 0;
    if (name->sa_family == AF_INET) {
      source = &reinterpret_cast<const sockaddr_in*>(name)->sin_addr;
      size = 4;
    } else if (name->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
      source = &reinterpret_cast<const sockaddr_in6*>(name)->sin6_addr;
      size = 16;
    }
    if (source == nullptr) return;
    copy(entry_->address, source, size);
    entry_->port = ntohs(reinterpret_cast<const sockaddr_in*>(name)->sin_port);
    entry_->family = name->sa_family;
  }

  // Only what the kernel has taken or given can be read without harm. Who only asks for a length gives no buffer.
  void bytes(const void* data, ssize_t count) {
    if (!usable() || count <= 0 || data == nullptr) return;
    std::size_t size =
        static_cast<std::size_t>(count) < recorder::kept_bytes ? static_cast<std::size_t>(count) : recorder::kept_bytes;
    copy(entry_->bytes, data, size);
    entry_->size = static_cast<std::uint8_t>(size);
  }

  void flag(recorder::Flag flag) {
    if (usable()) entry_->flags = static_cast<std::uint8_t>(entry_->flags | flag);
  }
  void kind_of_socket(int type) {
    if (type == SOCK_STREAM) flag(recorder::stream);
    if (type == SOCK_DGRAM) flag(recorder::datagrams);
  }
  // A limit that a call did not run into has made nothing happen.
  void limited_to(int most, ssize_t n) {
    if (usable() && n < most) entry_->flags = static_cast<std::uint8_t>(entry_->flags & ~recorder::injected);
  }

  // Who called: from frame to frame, each read by the kernel so that a chain that leads nowhere does no harm.
  void places(void* frame) {
    if (!usable() || text_begin == 0) return;
    int kept = errno;
    auto at = reinterpret_cast<std::uintptr_t>(frame);
    for (std::size_t found = 0, steps = 0; found < recorder::kept_places && steps < 16; ++steps) {
      std::uintptr_t pair[2] = {};
      iovec into{pair, sizeof pair}, from{reinterpret_cast<void*>(at), sizeof pair};
      if (::syscall(SYS_process_vm_readv, own_pid, &into, 1, &from, 1, 0) != static_cast<long>(sizeof pair)) break;
      if (pair[1] >= text_begin && pair[1] < text_end)
        entry_->places[found++] = static_cast<std::uint32_t>(pair[1] - text_begin);
      if (pair[0] <= at) break;
      at = pair[0];
    }
    errno = kept;
  }

  // Notes how it ended and hands the result on, errno untouched.
  template <class Result>
  Result end(Result result) {
    if (!usable()) return result;
    int kept = errno;
    entry_->result = result;
    entry_->error = result < 0 ? kept : 0;
    entry_->ended.store(now(), std::memory_order_release);
    errno = kept;
    return result;
  }

 private:
  bool usable() const { return entry_ != nullptr && entry_->ticket.load(std::memory_order_relaxed) == ticket_; }

  // No memcpy: sanitizers watch it, and what they would say of ours is not about the program.
  static void copy(std::uint8_t* to, const void* from, std::size_t size) {
    auto* source = static_cast<const volatile std::uint8_t*>(from);
    for (std::size_t i = 0; i < size; ++i) to[i] = source[i];
  }

  Entry* entry_ = nullptr;
  std::uint64_t ticket_ = 0;
};

// The error that this call shall end with, or 0.
int fault(recorder::Kind kind, bool can_wait) {
  if (!faulty || memory == nullptr) return 0;
  recorder::Faults& faults = memory->faults;
  for (recorder::Failure& failure : faults.failures)
    if (failure.kind == kind && failure.seen.fetch_add(1) + 1 == failure.nth) return failure.error;
  // A call that does not wait cannot be interrupted. Were it every n-th call exactly, a program whose loop makes n
  // calls would meet it at the same one for ever; so they are scattered.
  if (!can_wait || faults.interrupt_every <= 0 || kind == recorder::connecting) return 0;
  std::uint32_t n = faults.waits[kind].fetch_add(1);
  bool interrupted = n == 0 || (n * 2654435761U >> 16) % static_cast<std::uint32_t>(faults.interrupt_every) == 0;
  return interrupted ? EINTR : 0;
}

bool fails(Noted& noted, recorder::Kind kind, bool can_wait) {
  int error = fault(kind, can_wait);
  if (error == 0) return false;
  noted.flag(recorder::injected);
  errno = error;
  return true;
}

bool may_wait(int fd, int flags) { return faulty && (flags & MSG_DONTWAIT) == 0 && !is_nonblocking(fd); }

// Datagrams are never made short, that would cut them; nor a receive that asks for all or only looks.
std::size_t shortened(Noted& noted, int type, std::size_t length, int most, int flags) {
  if (!faulty || most <= 0 || type != SOCK_STREAM || (flags & (MSG_WAITALL | MSG_PEEK)) != 0 ||
      length <= static_cast<std::size_t>(most))
    return length;
  noted.flag(recorder::injected);
  return static_cast<std::size_t>(most);
}
int receive_most() { return memory ? memory->faults.receive_most : 0; }
int send_most() { return memory ? memory->faults.send_most : 0; }
int type_if_faulty(int fd) { return faulty ? type_of(fd) : 0; }

std::int64_t total(const iovec* parts, std::size_t count) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; parts != nullptr && i < count && i < 1024; ++i)
    sum += static_cast<std::int64_t>(parts[i].iov_len);
  return sum;
}

// The first part that is not empty, cut to `most`: what a short count leaves of a vector.
bool cut_vector(Noted& noted, int type, const iovec* parts, std::size_t count, int most, int flags, iovec& cut) {
  if (!faulty || most <= 0 || type != SOCK_STREAM || (flags & (MSG_WAITALL | MSG_PEEK)) != 0 ||
      total(parts, count) <= most)
    return false;
  for (std::size_t i = 0; i < count; ++i)
    if (parts[i].iov_len > 0) {
      cut = parts[i];
      if (cut.iov_len > static_cast<std::size_t>(most)) cut.iov_len = static_cast<std::size_t>(most);
      noted.flag(recorder::injected);
      return true;
    }
  return false;
}

void first_bytes(Noted& noted, const iovec* parts, std::size_t count, ssize_t n) {
  for (std::size_t i = 0; n > 0 && i < count; ++i)
    if (parts[i].iov_len > 0)
      return noted.bytes(parts[i].iov_base,
                         n < static_cast<ssize_t>(parts[i].iov_len) ? n : static_cast<ssize_t>(parts[i].iov_len));
}

void peer_of(Noted& noted, int fd) {
  sockaddr_storage name;
  socklen_t length = sizeof name;
  int kept = errno;
  if (::syscall(SYS_getpeername, fd, &name, &length) == 0) noted.address(reinterpret_cast<sockaddr*>(&name), length);
  errno = kept;
}

void local_of(Noted& noted, int fd) {
  sockaddr_storage name;
  socklen_t length = sizeof name;
  int kept = errno;
  if (::syscall(SYS_getsockname, fd, &name, &length) == 0) noted.address(reinterpret_cast<sockaddr*>(&name), length);
  errno = kept;
}

// How a call that moves bytes has ended.
ssize_t moved(Noted& noted, int fd, ssize_t n) {
  if (n == 0) noted.kind_of_socket(type_of(fd));
  return noted.end(n);
}

template <class Accept>
int accepted(int fd, Accept accept, void* frame) {
  Noted noted(Call::accept, fd, 0, 0);
  noted.places(frame);
  if (fails(noted, recorder::accepting, may_wait(fd, 0))) return noted.end(-1);
  int result = accept();
  if (result >= 0) peer_of(noted, result);
  return noted.end(result);
}

template <class Wait>
int waited(Call call, std::int64_t count, int timeout, int fd, Wait wait) {
  Noted noted(call, fd, count, timeout);
  if (fails(noted, recorder::waiting, timeout != 0)) return noted.end(-1);
  return noted.end(wait());
}

int milliseconds(const timespec* time) {
  return time ? static_cast<int>(time->tv_sec * 1000 + time->tv_nsec / 1'000'000) : -1;
}

int first_descriptor(const pollfd* fds, nfds_t count) { return fds != nullptr && count == 1 ? fds[0].fd : -1; }

template <class Receive>
ssize_t received(Call call, int fd, void* buffer, std::size_t length, int flags, int type, Receive receive) {
  Noted noted(call, fd, static_cast<std::int64_t>(length), flags);
  if (fails(noted, recorder::receiving, may_wait(fd, flags))) return noted.end<ssize_t>(-1);
  ssize_t n = receive(shortened(noted, type, length, receive_most(), flags), noted);
  noted.limited_to(receive_most(), n);
  // With MSG_TRUNC the result may be more than there was room for.
  noted.bytes(buffer, n > static_cast<ssize_t>(length) ? static_cast<ssize_t>(length) : n);
  return moved(noted, fd, n);
}

template <class Send>
ssize_t sent(Call call, int fd, const void* buffer, std::size_t length, int flags, int type, Send send) {
  Noted noted(call, fd, static_cast<std::int64_t>(length), flags);
  if (fails(noted, recorder::sending, may_wait(fd, flags))) return noted.end<ssize_t>(-1);
  ssize_t n = send(shortened(noted, type, length, send_most(), flags), noted);
  noted.bytes(buffer, n);
  return moved(noted, fd, n);
}

}  // namespace

#define FRAME __builtin_frame_address(0)

EXPORT int socket(int family, int type, int protocol) noexcept {
  resolve();
  Noted noted(Call::socket, -1, type, family);
  noted.places(FRAME);
  return noted.end(real.socket(family, type, protocol));
}

EXPORT int bind(int fd, const sockaddr* name, socklen_t length) noexcept {
  resolve();
  Noted noted(Call::bind, fd, 0, 0);
  int result = real.bind(fd, name, length);
  // Had the kernel not been able to read the name, neither could we.
  if (result == 0 || errno != EFAULT) noted.address(name, length);
  if (result == 0) local_of(noted, fd);
  return noted.end(result);
}

EXPORT int listen(int fd, int backlog) noexcept {
  resolve();
  Noted noted(Call::listen, fd, backlog, 0);
  int result = real.listen(fd, backlog);
  if (result == 0) local_of(noted, fd);
  return noted.end(result);
}

EXPORT int accept(int fd, sockaddr* name, socklen_t* length) {
  resolve();
  return accepted(
      fd, [&] { return real.accept(fd, name, length); }, FRAME);
}

EXPORT int accept4(int fd, sockaddr* name, socklen_t* length, int flags) {
  resolve();
  return accepted(
      fd, [&] { return real.accept4(fd, name, length, flags); }, FRAME);
}

EXPORT int connect(int fd, const sockaddr* name, socklen_t length) {
  resolve();
  Noted noted(Call::connect, fd, 0, 0);
  if (memory) noted.kind_of_socket(type_of(fd));
  int result = real.connect(fd, name, length);
  if (result == 0 || errno != EFAULT) noted.address(name, length);
  // An interrupted connect goes on in the background, and here it is through already. That of a datagram socket only
  // notes an address, and is never interrupted.
  if (result == 0 && type_if_faulty(fd) == SOCK_STREAM && fails(noted, recorder::connecting, false)) result = -1;
  return noted.end(result);
}

EXPORT ssize_t send(int fd, const void* buffer, size_t length, int flags) {
  resolve();
  return sent(Call::send, fd, buffer, length, flags, type_if_faulty(fd),
              [&](std::size_t n, Noted&) { return real.send(fd, buffer, n, flags); });
}

EXPORT ssize_t sendto(int fd, const void* buffer, size_t length, int flags, const sockaddr* name, socklen_t size) {
  resolve();
  return sent(Call::sendto, fd, buffer, length, flags, type_if_faulty(fd), [&](std::size_t n, Noted& noted) {
    ssize_t result = real.sendto(fd, buffer, n, flags, name, size);
    if (result >= 0 || errno != EFAULT) noted.address(name, size);
    return result;
  });
}

EXPORT ssize_t recv(int fd, void* buffer, size_t length, int flags) {
  resolve();
  return received(Call::recv, fd, buffer, length, flags, type_if_faulty(fd),
                  [&](std::size_t n, Noted&) { return real.recv(fd, buffer, n, flags); });
}

EXPORT ssize_t recvfrom(int fd, void* buffer, size_t length, int flags, sockaddr* name, socklen_t* size) {
  resolve();
  return received(Call::recvfrom, fd, buffer, length, flags, type_if_faulty(fd), [&](std::size_t n, Noted& noted) {
    ssize_t result = real.recvfrom(fd, buffer, n, flags, name, size);
    if (result >= 0 && name != nullptr && size != nullptr) noted.address(name, *size);
    return result;
  });
}

EXPORT ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  resolve();
  if (message == nullptr) return real.sendmsg(fd, message, flags);
  Noted noted(Call::sendmsg, fd, total(message->msg_iov, message->msg_iovlen), flags);
  if (fails(noted, recorder::sending, may_wait(fd, flags))) return noted.end<ssize_t>(-1);
  msghdr cut = *message;
  iovec part;
  if (cut_vector(noted, type_if_faulty(fd), message->msg_iov, message->msg_iovlen, send_most(), flags, part)) {
    cut.msg_iov = &part;
    cut.msg_iovlen = 1;
  }
  ssize_t n = real.sendmsg(fd, &cut, flags);
  if (n >= 0) noted.address(static_cast<const sockaddr*>(message->msg_name), message->msg_namelen);
  first_bytes(noted, message->msg_iov, message->msg_iovlen, n);
  return moved(noted, fd, n);
}

EXPORT ssize_t recvmsg(int fd, msghdr* message, int flags) {
  resolve();
  if (message == nullptr) return real.recvmsg(fd, message, flags);
  Noted noted(Call::recvmsg, fd, total(message->msg_iov, message->msg_iovlen), flags);
  if (fails(noted, recorder::receiving, may_wait(fd, flags))) return noted.end<ssize_t>(-1);
  iovec* parts = message->msg_iov;
  auto count = message->msg_iovlen;
  iovec part;
  if (cut_vector(noted, type_if_faulty(fd), parts, count, receive_most(), flags, part)) {
    message->msg_iov = &part;
    message->msg_iovlen = 1;
  }
  ssize_t n = real.recvmsg(fd, message, flags);
  message->msg_iov = parts;
  message->msg_iovlen = count;
  if (n >= 0) noted.address(static_cast<const sockaddr*>(message->msg_name), message->msg_namelen);
  first_bytes(noted, parts, count, n);
  return moved(noted, fd, n);
}

// Several messages in one call are noted by the first of them.
EXPORT int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  resolve();
  Noted noted(Call::sendmsg, fd, count, flags);
  if (fails(noted, recorder::sending, may_wait(fd, flags))) return noted.end(-1);
  return noted.end(real.sendmmsg(fd, messages, count, flags));
}

EXPORT int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout) {
  resolve();
  Noted noted(Call::recvmsg, fd, count, flags);
  if (fails(noted, recorder::receiving, may_wait(fd, flags))) return noted.end(-1);
  return noted.end(real.recvmmsg(fd, messages, count, flags, timeout));
}

EXPORT ssize_t read(int fd, void* buffer, size_t length) {
  resolve();
  int type = memory ? type_of(fd) : 0;
  if (type == 0) return real.read(fd, buffer, length);
  return received(Call::read, fd, buffer, length, 0, type,
                  [&](std::size_t n, Noted&) { return real.read(fd, buffer, n); });
}

EXPORT ssize_t write(int fd, const void* buffer, size_t length) {
  resolve();
  int type = memory ? type_of(fd) : 0;
  if (type == 0) return real.write(fd, buffer, length);
  return sent(Call::write, fd, buffer, length, 0, type,
              [&](std::size_t n, Noted&) { return real.write(fd, buffer, n); });
}

EXPORT ssize_t readv(int fd, const iovec* parts, int count) {
  resolve();
  int type = memory && count > 0 ? type_of(fd) : 0;
  if (type == 0) return real.readv(fd, parts, count);
  Noted noted(Call::readv, fd, total(parts, static_cast<std::size_t>(count)), 0);
  if (fails(noted, recorder::receiving, may_wait(fd, 0))) return noted.end<ssize_t>(-1);
  iovec cut;
  bool is_cut = cut_vector(noted, type, parts, static_cast<std::size_t>(count), receive_most(), 0, cut);
  ssize_t n = is_cut ? real.readv(fd, &cut, 1) : real.readv(fd, parts, count);
  first_bytes(noted, parts, static_cast<std::size_t>(count), n);
  return moved(noted, fd, n);
}

EXPORT ssize_t writev(int fd, const iovec* parts, int count) {
  resolve();
  int type = memory && count > 0 ? type_of(fd) : 0;
  if (type == 0) return real.writev(fd, parts, count);
  Noted noted(Call::writev, fd, total(parts, static_cast<std::size_t>(count)), 0);
  if (fails(noted, recorder::sending, may_wait(fd, 0))) return noted.end<ssize_t>(-1);
  iovec cut;
  bool is_cut = cut_vector(noted, type, parts, static_cast<std::size_t>(count), send_most(), 0, cut);
  ssize_t n = is_cut ? real.writev(fd, &cut, 1) : real.writev(fd, parts, count);
  first_bytes(noted, parts, static_cast<std::size_t>(count), n);
  return moved(noted, fd, n);
}

EXPORT int close(int fd) {
  resolve();
  int type = memory ? type_of(fd) : 0;
  if (type == 0) return real.close(fd);
  int kept = errno, unread = 0, listening = 0;
  socklen_t length = sizeof listening;
  ::syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length);
  if (type == SOCK_STREAM && listening == 0 && ::syscall(SYS_ioctl, fd, SIOCINQ, &unread) != 0) unread = 0;
  errno = kept;
  Noted noted(Call::close, fd, unread, 0);
  noted.kind_of_socket(type);
  return noted.end(real.close(fd));
}

EXPORT int shutdown(int fd, int how) noexcept {
  resolve();
  Noted noted(Call::shutdown, fd, 0, how);
  return noted.end(real.shutdown(fd, how));
}

EXPORT int setsockopt(int fd, int level, int name, const void* value, socklen_t length) noexcept {
  resolve();
  Noted noted(Call::setsockopt, fd, level, name);
  int result = real.setsockopt(fd, level, name, value, length);
  if (result == 0) noted.bytes(value, static_cast<ssize_t>(length));
  return noted.end(result);
}

EXPORT int poll(pollfd* fds, nfds_t count, int timeout) {
  resolve();
  return waited(Call::poll, static_cast<std::int64_t>(count), timeout, first_descriptor(fds, count),
                [&] { return real.poll(fds, count, timeout); });
}

EXPORT int ppoll(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  resolve();
  return waited(Call::poll, static_cast<std::int64_t>(count), milliseconds(timeout), first_descriptor(fds, count),
                [&] { return real.ppoll(fds, count, timeout, mask); });
}

EXPORT int select(int count, fd_set* in, fd_set* out, fd_set* errors, timeval* timeout) {
  resolve();
  int limit = timeout ? static_cast<int>(timeout->tv_sec * 1000 + timeout->tv_usec / 1000) : -1;
  return waited(Call::select, count, limit, -1, [&] { return real.select(count, in, out, errors, timeout); });
}

EXPORT int pselect(int count, fd_set* in, fd_set* out, fd_set* errors, const timespec* timeout, const sigset_t* mask) {
  resolve();
  return waited(Call::select, count, milliseconds(timeout), -1,
                [&] { return real.pselect(count, in, out, errors, timeout, mask); });
}

EXPORT int epoll_wait(int fd, epoll_event* events, int most, int timeout) {
  resolve();
  return waited(Call::epoll_wait, most, timeout, fd, [&] { return real.epoll_wait(fd, events, most, timeout); });
}

EXPORT int epoll_pwait(int fd, epoll_event* events, int most, int timeout, const sigset_t* mask) {
  resolve();
  return waited(Call::epoll_wait, most, timeout, fd, [&] { return real.epoll_pwait(fd, events, most, timeout, mask); });
}

EXPORT ssize_t sendfile(int out, int in, off_t* offset, size_t length) noexcept {
  resolve();
  int type = memory ? type_of(out) : 0;
  if (type == 0) return real.sendfile(out, in, offset, length);
  Noted noted(Call::sendfile, out, static_cast<std::int64_t>(length), in);
  return noted.end(real.sendfile(out, in, offset, shortened(noted, type, length, send_most(), 0)));
}

EXPORT int dup(int fd) noexcept {
  resolve();
  int type = memory ? type_of(fd) : 0;
  if (type == 0) return real.dup(fd);
  Noted noted(Call::dup, fd, -1, 0);
  return noted.end(real.dup(fd));
}

EXPORT int dup2(int fd, int to) noexcept {
  resolve();
  int type = memory ? type_of(fd) : 0;
  if (type == 0) return real.dup2(fd, to);
  Noted noted(Call::dup, fd, to, 0);
  return noted.end(real.dup2(fd, to));
}

// What a fortified program calls. An overflow is its own to report.
EXPORT ssize_t __read_chk(int fd, void* buffer, size_t length, size_t room) {
  resolve();
  return length > room && real.read_chk ? real.read_chk(fd, buffer, length, room) : read(fd, buffer, length);
}

EXPORT ssize_t __recv_chk(int fd, void* buffer, size_t length, size_t room, int flags) {
  resolve();
  return length > room && real.recv_chk ? real.recv_chk(fd, buffer, length, room, flags)
                                        : recv(fd, buffer, length, flags);
}

EXPORT ssize_t __recvfrom_chk(int fd, void* buffer, size_t length, size_t room, int flags, sockaddr* name,
                              socklen_t* size) {
  resolve();
  return length > room && real.recvfrom_chk ? real.recvfrom_chk(fd, buffer, length, room, flags, name, size)
                                            : recvfrom(fd, buffer, length, flags, name, size);
}

EXPORT int __poll_chk(pollfd* fds, nfds_t count, int timeout, size_t room) {
  resolve();
  return count > room / sizeof *fds && real.poll_chk ? real.poll_chk(fds, count, timeout, room)
                                                     : poll(fds, count, timeout);
}

EXPORT int __ppoll_chk(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask, size_t room) {
  resolve();
  return count > room / sizeof *fds && real.ppoll_chk ? real.ppoll_chk(fds, count, timeout, mask, room)
                                                      : ppoll(fds, count, timeout, mask);
}

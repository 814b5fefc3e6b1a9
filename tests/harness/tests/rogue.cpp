// A program that misbehaves as learners' programs do. One executable with many names: how it behaves is the name of
// the folder that it is started from.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace {

int listener() {
  int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::listen(fd, 16);
  return fd;
}

unsigned port_of(int fd) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

int announced() {
  int fd = listener();
  std::printf("listening on 127.0.0.1:%u\n", port_of(fd));
  std::fflush(stdout);
  return fd;
}

int accepted() { return ::accept(announced(), nullptr, nullptr); }

void say(int fd, const std::string& text) { (void)!::write(fd, text.data(), text.size()); }

[[noreturn]] void wait_forever() {
  while (true) ::pause();
}

void read_to_the_end(int fd) {
  char buffer[4096];
  while (::read(fd, buffer, sizeof buffer) > 0) {
  }
}

// What the test expects: `right` and the end of the stream.
void answer_rightly(int fd) {
  say(fd, "right");
  read_to_the_end(fd);
  ::close(fd);
}

void serve(int on) {
  while (true) answer_rightly(::accept(on, nullptr, nullptr));
}

// A child of a child in a session of its own, which nobody is the parent of.
void in_a_daemon(const std::function<void()>& body) {
  if (::fork() != 0) return;
  ::setsid();
  if (::fork() != 0) ::_exit(0);
  body();
  ::_exit(0);
}

const std::map<std::string, std::function<void()>> behaviours{
    {"right", [] { serve(announced()); }},
    {"talks",
     [] {
       int on = announced();
       std::printf("ready\n");
       std::fprintf(stderr, "log: ready\n");
       serve(on);
     }},
    {"hangs", [] { wait_forever(); }},
    {"spins",
     [] {
       for (volatile unsigned n = 0;; n = n + 1) {
       }
     }},
    {"ends-at-once", [] {}},
    {"aborts-at-once", [] { std::abort(); }},
    {"never-announces",
     [] {
       int on = listener();
       std::printf("listening on 127.0.0.1:%u\n", port_of(on));  // into the buffer of stdio, and no further
       serve(on);
     }},
    {"announces-something-else",
     [] {
       std::printf("Server started on port %u!\n", port_of(listener()));
       std::fflush(stdout);
       wait_forever();
     }},
    {"announces-port-0",
     [] {
       std::printf("listening on 127.0.0.1:0\n");
       std::fflush(stdout);
       wait_forever();
     }},
    {"announces-without-brackets",
     [] {
       std::printf("listening on ::1:%u\n", port_of(listener()));
       std::fflush(stdout);
       wait_forever();
     }},
    {"writes-to-nobody",
     [] {
       int ends[2], on = announced();
       if (::pipe(ends) < 0) ::_exit(1);
       ::close(ends[0]);
       say(ends[1], "dies of SIGPIPE, unless whoever started it ignores that signal");
       serve(on);
     }},
    {"announces-and-ends", [] { announced(); }},
    {"announces-and-dies",
     [] {
       announced();
       ::raise(SIGSEGV);
     }},
    {"never-accepts",
     [] {
       announced();
       wait_forever();
     }},
    {"crashes",
     [] {
       accepted();
       std::abort();
     }},
    {"crashes-after-the-answer",
     [] {
       answer_rightly(accepted());
       std::abort();
     }},
    {"overflows",
     [] {
       int fd = accepted();
       std::vector<char> few(8);
       few.data()[::getpid() > 0 ? 8 : 0] = 'x';
       answer_rightly(fd);
     }},
    {"overflows-an-int",
     [] {
       int fd = accepted();
       int big = 2147483647 - (::getpid() > 0 ? 0 : 1);
       volatile int bigger = big + 1;
       (void)bigger;
       answer_rightly(fd);
     }},
    {"resets",
     [] {
       int fd = accepted();
       linger at_once{1, 0};
       ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
       ::close(fd);
       wait_forever();
     }},
    {"ends-early",
     [] {
       int fd = accepted();
       say(fd, "rig");
       ::shutdown(fd, SHUT_WR);
       wait_forever();
     }},
    {"answers-wrongly",
     [] {
       int fd = accepted();
       say(fd, "wrong");
       read_to_the_end(fd);
       ::close(fd);
       wait_forever();
     }},
    {"falls-silent",
     [] {
       say(accepted(), "rig");
       wait_forever();
     }},
    {"not-written",
     [] {
       std::fprintf(stderr, "not written yet: 99.1 answer\n");
       std::exit(3);
     }},
    {"floods",
     [] {
       int fd = accepted();
       const std::string much(1 << 16, 'x');
       while (::write(1, much.data(), much.size()) > 0) {
       }
       ::close(fd);
     }},
    {"floods-stderr",
     [] {
       const std::string much(1 << 16, 'x');
       while (::write(2, much.data(), much.size()) > 0) {
       }
     }},
    {"eats-memory",
     [] {
       accepted();
       while (true)
         for (char *page = static_cast<char*>(std::malloc(1 << 20)), *end = page + (1 << 20); page && page < end;
              page += 4096)
           *page = 1;
     }},
    {"forks",
     [] {
       int on = announced();
       for (int i = 0; i < 20; ++i)
         if (::fork() == 0) wait_forever();
       serve(on);
     }},
    {"forks-without-end",
     [] {
       int on = announced();
       if (::fork() == 0) {
         while (true) ::fork();
       }
       serve(on);
     }},
    {"daemonises",
     [] {
       int on = announced();
       in_a_daemon([on] { serve(on); });
       wait_forever();
     }},
    {"leaves-a-daemon",
     [] {
       int on = announced();
       in_a_daemon([] { wait_forever(); });
       answer_rightly(::accept(on, nullptr, nullptr));
     }},
    {"ignores-sigterm",
     [] {
       for (int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) ::signal(number, SIG_IGN);
       serve(announced());
     }},
    {"closes-everything",
     [] {
       int on = announced();
       for (int fd = 0; fd < 64; ++fd)
         if (fd != on) ::close(fd);
       serve(on);
     }},
};

}  // namespace

int main(int, char** argv) {
  std::string path = argv[0];
  path.resize(path.rfind('/'));
  behaviours.at(path.substr(path.rfind('/') + 1))();
}

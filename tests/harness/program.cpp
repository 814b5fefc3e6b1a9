#include "program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "apart.hpp"
#include "clock.hpp"
#include "evidence.hpp"
#include "fence.hpp"
#include "network.hpp"
#include "peer.hpp"
#include "process_tree.hpp"
#include "quoted.hpp"
#include "recording.hpp"
#include "story.hpp"
#include "usage.hpp"

namespace harness {
namespace {

std::string folder = ".";
bool recorded = true;

// Sanitizers report with this status, so that a report is never taken for `failed at run time` (1).
constexpr int sanitizer_status = 86;

// A contained program can read only what lies in its folder.
std::string recorder_library() {
  if (!recorded) return "";
  return containment().on() ? containment().folder + "/bin/recorder.so" : SOCKET_LABS_RECORDER;
}

struct Pipe {
  int read_end = -1, write_end = -1;
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::system_category(), "pipe");
    read_end = ends[0];
    write_end = ends[1];
  }
};

// What takes the place of the pipe on which a test types.
int open_input(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::system_category(), path);
  return fd;
}

void close_if_open(int& fd) {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

void limit(int resource, std::size_t most) {
  rlimit value{most, most};
  ::setrlimit(static_cast<__rlimit_resource_t>(resource), &value);
}

// In the child, between fork and exec: only calls that are safe there (signal-safety(7)).
[[noreturn]] void become(const char* path, char* const* arguments, char* const* environment, int in, int out, int err,
                         const Options& options, pid_t parent, const Fence* fence, std::size_t others) {
  ::setsid();
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(err, 2);
  // The fence still needs its own descriptors, so theirs end at the exec.
  ::syscall(SYS_close_range, 3U, ~0U, fence != nullptr ? 4U /* CLOSE_RANGE_CLOEXEC */ : 0U);
  limit(RLIMIT_NOFILE, options.descriptors);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 64 * 1024 * 1024);
  limit(RLIMIT_CPU, 60);
  // Outside a user namespace of our own this counts all processes of the user.
  if (network() == Network::own || containment().user != 0)
    limit(RLIMIT_NPROC, options.processes);
  else if (fence != nullptr)
    limit(RLIMIT_NPROC, others + options.processes);
  if (fence != nullptr && (!become_other_user(containment().user))) ::_exit(127);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // the test died before we could ask to die with it
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // What we ignore, or whoever started us, would be ignored after exec, too: SIGPIPE would never end a program.
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  if (fence != nullptr && !fence->enter()) ::_exit(127);
  ::execve(path, arguments, environment);
  ::_exit(127);
}

// With what the test adds to it.
std::vector<std::string> clean_environment(const Options& options) {
  std::string sanitizers = "exitcode=" + std::to_string(sanitizer_status);
  std::string memory =
      options.exact_memory ? "quarantine_size_mb=0:thread_local_quarantine_size_kb=0:" : "quarantine_size_mb=16:";
  std::vector<std::string> all{
      "PATH=/usr/local/bin:/usr/bin:/bin",
      "LC_ALL=C",
      "ASAN_OPTIONS=abort_on_error=0:hard_rss_limit_mb=1536:allocator_may_return_null=1:verify_asan_link_order=0:" +
          memory + sanitizers,
      "LSAN_OPTIONS=" + sanitizers,
      "TSAN_OPTIONS=" + sanitizers,
      "UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:" + sanitizers};
  if (!containment().on()) all.emplace_back("HOME=/");
  if (containment().on())
    for (const char* name : {"HOME=", "TMPDIR="}) all.push_back(name + containment().folder + "/tmp");
  for (const std::string& addition : options.environment) {
    std::string start = addition.substr(0, addition.find('=') + 1);
    auto known =
        std::find_if(all.begin(), all.end(), [&start](const std::string& entry) { return entry.starts_with(start); });
    if (known == all.end())
      all.push_back(addition);
    else
      *known += ":" + addition.substr(start.size());
  }
  return all;
}

std::vector<char*> c_pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& s : strings) pointers.push_back(const_cast<char*>(s.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

bool holds_sanitizer_report(const std::string& errors) {
  for (const char* sign : {"ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer",
                           "runtime error: ", "Sanitizer: hard rss limit"})
    if (errors.find(sign) != std::string::npos) return true;
  return false;
}

std::string last_lines(const std::string& text, std::size_t most) {
  std::size_t from = text.size();
  for (std::size_t lines = 0; from > 0; --from)
    if (text[from - 1] == '\n' && from != text.size() && ++lines == most) break;
  std::string tail = text.substr(from);
  while (!tail.empty() && tail.back() == '\n') tail.pop_back();
  if (tail.size() > 1500) tail = "... " + tail.substr(tail.size() - 1500);
  return tail;
}

std::uint64_t nanoseconds(std::chrono::steady_clock::duration time) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(time).count());
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

}  // namespace

std::string in_words(const Endpoint& endpoint) {
  bool six = endpoint.host.find(':') != std::string::npos;
  return (six ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

void set_programs_folder(std::string path) { folder = std::move(path); }
const std::string& programs_folder() { return folder; }
void set_recording(bool on) { recorded = on; }

// A thread drains the program's output and sees its end, so that a program that talks a lot is never held up by
// a test that is busy with something else.
class Program::Process {
 public:
  Process(std::string name, std::vector<std::string> arguments, const Options& options);
  ~Process();

  void kill();
  Exit state() const {
    std::lock_guard lock(mutex_);
    return exit;
  }
  template <class Condition>
  bool wait(Condition condition, Milliseconds limit = patience()) {
    Deadline deadline(limit);
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, deadline.time(), condition);
  }

  std::string name;
  std::vector<std::string> arguments;
  pid_t pid = -1;
  int pidfd = -1;
  int in = -1;
  std::optional<Endpoint> announced;
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  bool killed_by_us = false, said_errors = false;
  bool restless = false;            // has not come to rest when it was waited for
  std::uint64_t asked_to_stop = 0;  // when we sent a signal to stop, in nanoseconds of the steady clock
  Recording recording;

  // Guarded by mutex_ once the thread runs.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string out, err;
  std::size_t taken = 0;  // of `out`, by next_line()
  Exit exit;
  bool flooded = false, bloated = false;

 private:
  void watch();
  void end_if_bloated();
  bool drain(int& fd, std::string& into);

  int out_fd_ = -1, err_fd_ = -1, stop_fd_ = -1, stop_write_ = -1;
  std::size_t most_output_, most_memory_;
  std::chrono::steady_clock::time_point next_close_look_;
  std::thread thread_;
};

namespace {
// Programs that others wrote, which a test starts by their path, are spared what happens everywhere.
const Faults& faults_for(const std::string& name, const Options& options) {
  return options.faults.empty() && name.front() != '/' ? faults_everywhere() : options.faults;
}

std::vector<int> program_pidfds;  // of the Programs that exist; only the test's thread uses it
}  // namespace

Program::Process::Process(std::string program, std::vector<std::string> args, const Options& options)
    : name(std::move(program)),
      arguments(std::move(args)),
      recording(recorder_library(), faults_for(name, options)),
      most_output_(options.output),
      most_memory_(options.memory) {
  Story::current().happened(nanoseconds(started.time_since_epoch()));
  std::string path = name.front() == '/' ? name : folder + "/" + name;
  std::string command = name;
  for (const std::string& argument : arguments)
    command +=
        " " + (argument.empty() || argument.find_first_of(" \t\n\"'\\$") != std::string::npos || argument.size() > 60
                   ? in_quotes(argument, 40)
                   : printable(argument));
  if (!options.input.empty()) command += " < " + printable(options.input);
  Story::current().step("we ran", command);
  if (!options.faults.empty())
    Story::current().step("meanwhile", in_words(options.faults) + ". All of this does happen, now and then.");

  if (::access(path.c_str(), X_OK) != 0) {
    Story::current().conclude(State::does_not_build);
    FAIL("there is no program " << path);
  }

  Pipe input, output, error, stop;
  if (!options.input.empty()) {
    close_if_open(input.read_end);
    close_if_open(input.write_end);
    input.read_end = open_input(options.input);
  }
  std::vector<std::string> all{path};
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = clean_environment(options);
  for (const std::string& setting : recording.environment()) environment.push_back(setting);
  auto argument_pointers = c_pointers(all), environment_pointers = c_pointers(environment);
  std::optional<Fence> fence;
  if (containment().on()) {
    fence.emplace();
    for (const char* part : {"/bin", "/own"}) fence->allow_reading(containment().folder + part);
    fence->allow_writing(containment().folder + "/tmp");
    if (!recording.file().empty()) fence->allow_writing(recording.file());
  }
  const std::size_t others = fence && network() != Network::own ? processes_of_our_user() : 0;
  pid_t parent = ::getpid();
  pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::system_category(), "fork");
  if (pid == 0)
    become(path.c_str(), argument_pointers.data(), environment_pointers.data(), input.read_end, output.write_end,
           error.write_end, options, parent, fence ? &*fence : nullptr, others);
  pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  ::close(input.read_end);
  ::close(output.write_end);
  ::close(error.write_end);
  in = input.write_end;
  out_fd_ = output.read_end;
  err_fd_ = error.read_end;
  stop_fd_ = stop.read_end;
  stop_write_ = stop.write_end;
  for (int fd : {in, out_fd_, err_fd_})
    if (fd >= 0) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  thread_ = std::thread([this] { watch(); });
  program_pidfds.push_back(pidfd);
}

bool Program::Process::drain(int& fd, std::string& into) {
  if (fd < 0) return false;
  std::array<char, 65536> buffer;
  ssize_t n = ::read(fd, buffer.data(), buffer.size());
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
    close_if_open(fd);
    return false;
  }
  if (n < 0) return false;
  std::lock_guard lock(mutex_);
  into.append(buffer.data(), static_cast<std::size_t>(n));
  if (into.size() > most_output_ && !flooded) {
    flooded = true;
    ::kill(-pid, SIGKILL);
  }
  if (flooded) into.resize(std::min(into.size(), most_output_));
  changed_.notify_all();
  return true;
}

// A limit on address space would end sanitized programs at their start, so the memory in use is looked at instead.
void Program::Process::end_if_bloated() {
  if ((containment().on() ? resident_kib(pid) : resident_kib_of(pid)) <= most_memory_) return;
  // What a family shares was counted for each of them. The true sum takes long to find out, so not again at once.
  auto begun = std::chrono::steady_clock::now();
  if (containment().on() && begun < next_close_look_) return;
  if (containment().on() && proportional_kib(pid) <= most_memory_) {
    auto now = std::chrono::steady_clock::now();
    next_close_look_ = now + 10 * (now - begun);
    return;
  }
  std::lock_guard lock(mutex_);
  bloated = true;
  ::kill(-pid, SIGKILL);
  if (containment().on()) kill_family(pid);
}

void Program::Process::watch() {
  bool ended = false;
  auto looked = std::chrono::steady_clock::now();
  while (true) {
    pollfd fds[] = {{ended ? -1 : pidfd, POLLIN, 0}, {out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}};
    // A hostile program may fill the memory of the machine in seconds, and talk meanwhile.
    bool strange = containment().on() && !ended;
    int ready = ::poll(fds, 4, ended ? -1 : strange ? 20 : 100);
    if (ready == 0 || (strange && std::chrono::steady_clock::now() - looked > std::chrono::milliseconds(20))) {
      end_if_bloated();
      looked = std::chrono::steady_clock::now();
    }
    if (ready <= 0) continue;
    if (fds[3].revents != 0) return;
    bool now_ended = fds[0].revents != 0;
    if (now_ended || fds[1].revents != 0)
      while (drain(out_fd_, out) && now_ended) {
      }
    if (now_ended || fds[2].revents != 0)
      while (drain(err_fd_, err) && now_ended) {
      }
    if (now_ended) {
      int status = 0;
      note_kept_waiting(pid);
      ::waitpid(pid, &status, 0);
      ended = true;
      std::lock_guard lock(mutex_);
      exit = WIFSIGNALED(status) ? Exit{Exit::Kind::signalled, WTERMSIG(status)}
                                 : Exit{Exit::Kind::exited, WEXITSTATUS(status)};
      changed_.notify_all();
    }
  }
}

void Program::Process::kill() {
  {
    std::lock_guard lock(mutex_);
    if (exit.kind == Exit::Kind::running) killed_by_us = true;
  }
  kill_family(pid);
  wait([this] { return exit.kind != Exit::Kind::running; });
}

Program::Process::~Process() {
  std::erase(program_pidfds, pidfd);
  if (stop_write_ >= 0) ::close(stop_write_);
  if (thread_.joinable()) thread_.join();
  for (int* fd : {&in, &out_fd_, &err_fd_, &stop_fd_, &pidfd}) close_if_open(*fd);
}

Program::Program(std::string name, std::vector<std::string> arguments, Options options)
    : process_(std::make_unique<Process>(std::move(name), std::move(arguments), options)) {}

Program::~Program() {
  Process& p = *process_;
  // What is about to crash or to end shall do so by itself, so that it can be told.
  let_settle();
  Evidence evidence;
  std::uint64_t started = nanoseconds(p.started.time_since_epoch());
  // A test that goes on after a failure, with its next arguments, starts programs that explain nothing of it.
  bool too_late = Story::current().failed() && started > Story::current().failed_at();
  bool look = !too_late && (Story::current().failed() || std::uncaught_exceptions() > 0);
  if (look && p.state().kind == Exit::Kind::running) evidence.busy_ms = processor_ms(p.pid);
  p.kill();
  std::string err = p.err, named = p.name;
  Story& story = Story::current();
  bool unwritten =
      p.exit.kind == Exit::Kind::exited && p.exit.value == 3 && err.find("not written yet") != std::string::npos;
  // A shell answers on stdout that a part is not written, and goes on.
  if (p.out.find("error: not written yet: ") != std::string::npos) unwritten = true;
  bool report = holds_sanitizer_report(err);
  bool died = p.exit.kind == Exit::Kind::signalled && !p.killed_by_us && !p.flooded && !p.bloated &&
              p.exit.value != SIGTERM && p.exit.value != SIGINT && p.exit.value != SIGHUP;
  if (unwritten) story.conclude(State::not_started);
  if (report || died) story.conclude(State::crashed);

  if (report)
    story.note(named, essence_of_report(err));
  else if (!err.empty() && (!too_late || died))
    story.note("its stderr", printable(last_lines(err, 6)));
  if (p.flooded) story.note(named, "was ended: it wrote more than a test reads");
  if (p.bloated) story.note(named, "was ended: it used more memory than a test allows");
  if (p.exit.kind != Exit::Kind::running && !p.killed_by_us && !unwritten && (!too_late || report || died))
    story.note(named, in_words(p.exit));
  if ((look || report || died) && !unwritten) {
    evidence.program = folder + "/" + named;
    evidence.exit = p.killed_by_us ? Exit{} : p.exit;
    evidence.killed_by_us = p.killed_by_us;
    evidence.said = report ? essence_of_report(err) : last_lines(err, 6);
    evidence.asked_to_stop = p.asked_to_stop;
    evidence.lived_ms = nanoseconds(age()) / 1'000'000;
    tell_evidence(story, p.recording, evidence);
  }

  process_.reset();
  // A crash or a sanitizer's report fails the test even when every answer was right.
  if (report) FAIL_CHECK("a sanitizer reported an error in " << named);
  if (died && std::uncaught_exceptions() == 0) FAIL_CHECK(named << " was ended by a signal");
}

Endpoint Program::listening_on() {
  Process& p = *process_;
  if (p.announced) return *p.announced;

  auto line_or_end = [&p] { return p.out.find('\n') != std::string::npos || p.exit.kind != Exit::Kind::running; };
  bool came = p.wait(line_or_end);
  std::unique_lock lock(p.mutex_);
  std::string line = p.out.substr(0, p.out.find('\n'));
  bool whole = p.out.find('\n') != std::string::npos;
  Exit exit = p.exit;
  lock.unlock();

  const std::string expected = "its first line on stdout: \"listening on ADDRESS:PORT\"";
  if (!whole) {
    std::string what;
    if (exit.kind != Exit::Kind::running) {
      what = "the program ended before it announced anything (" + in_words(exit) + ")";
    } else if (auto address = listening_socket(p.pid)) {
      what = "it listens on " + *address + " but has not said so: is the line flushed?";
    } else {
      what = "it neither listens nor announces anything";
    }
    Story::current().mismatch(expected, what);
    if (!came) Story::current().conclude(State::timed_out);
    FAIL("no announcement");
  }

  constexpr std::string_view start = "listening on ";
  std::size_t colon = line.rfind(':');
  Endpoint endpoint;
  bool good = line.starts_with(start) && colon != std::string::npos && colon > start.size();
  if (good) {
    endpoint.host = line.substr(start.size(), colon - start.size());
    if (endpoint.host.front() == '[' && endpoint.host.back() == ']') {
      endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
    } else if (endpoint.host.find(':') != std::string::npos) {
      // Without brackets nobody can tell where an IPv6 address ends and the port begins.
      Story::current().mismatch("an IPv6 address in brackets: \"listening on [::1]:PORT\"", in_quotes(line));
      FAIL("the announcement cannot be read");
    }
    unsigned long port = 0;
    std::string digits = line.substr(colon + 1);
    good = !digits.empty() && digits.size() <= 5 && digits.find_first_not_of("0123456789") == std::string::npos;
    if (good) port = std::stoul(digits);
    good = good && port >= 1 && port <= 65535;
    endpoint.port = static_cast<std::uint16_t>(port);
  }
  if (!good) {
    Story::current().mismatch(expected, in_quotes(line));
    FAIL("the announcement cannot be read");
  }
  {
    std::lock_guard guard(p.mutex_);
    p.taken = std::max(p.taken, line.size() + 1);
  }
  p.announced = endpoint;
  Story::current().step("it said", "listening on " + in_words(endpoint));
  return endpoint;
}

Peer Program::connect() { return Peer::connect(listening_on()); }

void Program::type(std::string_view text) {
  Process& p = *process_;
  Story::current().step("we typed", in_quotes(text));
  while (!text.empty() && p.in >= 0) {
    // Counted anew from the last byte that was taken: a slow program may take as long as it takes.
    Deadline deadline(patience());
    pollfd ready[] = {{p.in, POLLOUT, 0}};
    if (::poll(ready, 1, deadline.for_poll()) <= 0) return;
    ssize_t n = ::write(p.in, text.data(), text.size());
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (n < 0) return;  // the program has closed its stdin or is gone: what follows will show it
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

void Program::end_input() {
  Story::current().step("we typed", "end of input");
  close_if_open(process_->in);
}

Received Program::next_line() {
  Process& p = *process_;
  p.wait([&p] { return p.out.find('\n', p.taken) != std::string::npos || p.exit.kind != Exit::Kind::running; });
  std::lock_guard lock(p.mutex_);
  Received line;
  line.wanted = Ending::more;
  std::size_t end = p.out.find('\n', p.taken);
  if (end != std::string::npos) {
    line.ending = Ending::more;
    line.bytes = p.out.substr(p.taken, end - p.taken);
    p.taken = end + 1;
    Story::current().step("it said", in_quotes(line.bytes));
  } else {
    line.ending = p.exit.kind == Exit::Kind::running ? Ending::silence : Ending::end_of_stream;
    line.bytes = p.out.substr(p.taken);
    Story::current().step("it said", line.bytes.empty() ? "nothing" : in_quotes(line.bytes) + " without a newline");
  }
  return line;
}

bool Program::has_line_within(Milliseconds limit) {
  Process& p = *process_;
  return p.wait([&p] { return p.out.find('\n', p.taken) != std::string::npos; }, limit);
}

Received Program::output() {
  Process& p = *process_;
  p.wait([&p] { return p.exit.kind != Exit::Kind::running; });
  std::lock_guard lock(p.mutex_);
  Received all;
  all.bytes = p.out.substr(std::min(p.taken, p.out.size()));
  all.ending = p.exit.kind == Exit::Kind::running ? Ending::silence : Ending::end_of_stream;
  Story::current().step("it printed", all.bytes.empty() ? "nothing" : in_quotes(all.bytes));
  return all;
}

Exit Program::exit_status() {
  Process& p = *process_;
  p.wait([&p] { return p.exit.kind != Exit::Kind::running; });
  return state();
}

bool Program::ends() {
  if (exit_status().kind != Exit::Kind::running) return true;
  Story::current().mismatch("the program to end", "it is still running");
  Story::current().conclude(State::timed_out);
  return false;
}

Exit Program::state() const {
  std::lock_guard lock(process_->mutex_);
  return process_->exit;
}

bool Program::complains(std::string_view word) {
  Exit exit = exit_status();
  std::string last = last_lines(errors(), 1);
  if (exit.kind != Exit::Kind::running && lower(last).find(lower(word)) != std::string::npos) return true;
  Story::current().mismatch("a last line on stderr that says " + in_quotes(word),
                            exit.kind == Exit::Kind::running ? "it is still running"
                            : last.empty()                   ? "nothing on stderr"
                                                             : in_quotes(last, 200));
  if (exit.kind == Exit::Kind::running) Story::current().conclude(State::timed_out);
  return false;
}

bool Program::prints_usage() {
  exit_status();
  std::string err = errors();
  if (err.starts_with("usage:") || err.find("\nusage:") != std::string::npos) return true;
  Story::current().mismatch("a line on stderr that starts with \"usage:\"",
                            err.empty() ? "nothing on stderr" : in_quotes(err, 200));
  return false;
}

bool Program::accepts_its_arguments() {
  Exit end = exit_status();
  if (end.kind != Exit::Kind::exited || end.value != 2) return true;
  Story::current().mismatch("these arguments accepted: they are right ones", in_words(end) + ", as for wrong ones");
  return false;
}

std::string Program::errors() const {
  std::lock_guard lock(process_->mutex_);
  return process_->err;
}

void Program::signal(int number) {
  const char* abbreviation = ::sigabbrev_np(number);
  Story::current().step("we sent it", std::string("SIG") + (abbreviation ? abbreviation : "?"));
  if ((number == SIGTERM || number == SIGINT) && process_->asked_to_stop == 0)
    process_->asked_to_stop = nanoseconds(std::chrono::steady_clock::now().time_since_epoch());
  if (state().kind == Exit::Kind::running) ::kill(process_->pid, number);
}

void Program::stop() {
  signal(SIGSTOP);
  Deadline deadline(patience());
  while (process_state(process_->pid) != 'T' && state().kind == Exit::Kind::running && !deadline.passed())
    ::usleep(200);
}

void Program::resume() { signal(SIGCONT); }

bool Program::wait_until_idle() {
  Deadline deadline(process_->restless ? patience() / 5 : patience());
  // One look may fall between two steps of the program, so several in a row must agree.
  for (int quiet_looks = 0; quiet_looks < 5; ::usleep(1000)) {
    if (state().kind != Exit::Kind::running) return false;
    if (deadline.passed()) {
      process_->restless = true;
      return false;
    }
    quiet_looks = nobody_runs(process_->pid) ? quiet_looks + 1 : 0;
  }
  process_->restless = false;
  return true;
}

void Program::let_settle() {
  // A program that failed is often about to end, and a sanitizer at work on its report sleeps now and then; so after a
  // failure it must stand still for longer before we believe that it will stay.
  const int enough = Story::current().failed() ? 15 : 2;
  Deadline deadline(std::chrono::seconds(1));
  for (int looks = 0; looks < enough && state().kind == Exit::Kind::running && !deadline.passed(); ::usleep(1000))
    looks = nobody_runs(process_->pid) ? looks + 1 : 0;
}

void Program::kill() {
  Story::current().step("we killed", process_->name);
  process_->kill();
}

pid_t Program::pid() const { return process_->pid; }
const std::string& Program::name() const { return process_->name; }

std::chrono::steady_clock::duration Program::age() const {
  return std::chrono::steady_clock::now() - process_->started;
}

std::vector<int> program_ends() { return program_pidfds; }

bool every_program_has_ended() {
  for (int fd : program_pidfds) {
    pollfd ready{fd, POLLIN, 0};
    if (::poll(&ready, 1, 0) == 0) return false;
  }
  return !program_pidfds.empty();
}

}  // namespace harness

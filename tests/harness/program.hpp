#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "faults.hpp"
#include "received.hpp"

namespace harness {

class Peer;

/// An address that a program has announced or that a test listens on.
struct Endpoint {
  std::string host;        ///< numeric, without brackets
  std::uint16_t port = 0;  ///< in host byte order
};

/// `127.0.0.1:7000`, `[::1]:7000`
std::string in_words(const Endpoint& endpoint);

/// What a test may ask of a program that it starts.
struct Options {
  std::size_t descriptors = 1024;         ///< RLIMIT_NOFILE
  std::size_t output = 16 * 1024 * 1024;  ///< bytes on stdout and stderr after which the program is ended
  std::size_t memory = 1024 * 1024;       ///< resident KiB after which the program is ended
  std::size_t processes = 512;            ///< RLIMIT_NPROC, threads included; in a private network only
  bool exact_memory = false;              ///< sanitizers give freed memory back at once, so that growth can be judged
  Faults faults = {};                     ///< what shall happen to its calls
  std::string input = {};                 ///< the file or folder that is its stdin; what a test types, if empty
  /// `NAME=VALUE`, besides the clean environment; what it has already is joined with a colon (ASAN_OPTIONS).
  std::vector<std::string> environment = {};
};

/// Options for a program to whose calls this happens: `Program server("echo_server", {...},
/// with(receives_at_most(1)))`.
template <class... Fault>
Options with(Fault... faults) {
  Options options;
  options.faults = {faults...};
  return options;
}

/// One of the programs under test, running.
///
/// It gets a session of its own, pipes as its standard streams, a clean environment and limits on what it may
/// use. It and everything that it has started end with this object.
///
/// A wait that ends without what it waited for tells the story; where the test cannot go on without it, the test
/// case ends there.
class Program {
 public:
  /// Starts `name` from the folder of the programs under test, or, if it is a path, a program of the system.
  explicit Program(std::string name, std::vector<std::string> arguments = {}, Options options = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Waits for the line `listening on ADDRESS:PORT`, which must be the first on stdout. Fails the test with the
  /// reason when it does not come: the program ended, or listens without saying so, or says something else.
  Endpoint listening_on();

  /// A new connection to listening_on().
  Peer connect();

  /// Types on the program's stdin. Gives up when nothing is taken for patience().
  void type(std::string_view text);

  /// Closes the program's stdin.
  void end_input();

  /// The next whole line of stdout, without its newline; what is left and how it ended when there is none.
  Received next_line();

  /// True when a whole line of stdout that next_line() has not taken is there, or comes within `limit`. Not an
  /// expectation.
  bool has_line_within(std::chrono::milliseconds limit);

  /// Waits until the program has ended, and gives all that it printed on stdout and that next_line() has not taken.
  Received output();

  /// Waits until the program has ended.
  Exit exit_status();

  /// True when the program ends, however; tells the story if it goes on.
  bool ends();

  /// How the program ended, or that it is running now. Does not wait, and is not an expectation.
  Exit state() const;

  /// True when the last line on stderr contains `word`, in any case. Waits until the program has ended.
  bool complains(std::string_view word);

  /// True when a line on stderr begins with `start`. Waits until the program has ended.
  bool prints_usage();

  /// True unless it ended with status 2, as for arguments that are wrong; tells the story if it did. What becomes of it
  /// then is its own affair. Waits until the program has ended.
  bool accepts_its_arguments();

  /// What is on stderr so far.
  std::string errors() const;

  /// Sends a signal to the program itself.
  void signal(int number);

  /// Stops the program (SIGSTOP) and waits until it stands still; lets it go on (SIGCONT).
  void stop();
  void resume();  ///< Lets it go on (SIGCONT).

  /// Waits until the program and everything that it has started waits for something, and goes on waiting. Whoever has
  /// not come to rest within patience() spins, most likely, and is waited for a fifth as long from then on.
  /// \returns false when it has ended, or has not come to rest. Not an expectation.
  bool wait_until_idle();

  /// Ends the program and its family now, as its destructor would.
  void kill();

  /// Its process number, which is that of its session, too.
  pid_t pid() const;
  /// The name that it was started by.
  const std::string& name() const;

  /// Since this object was made.
  std::chrono::steady_clock::duration age() const;

 private:
  class Process;
  void let_settle();
  std::unique_ptr<Process> process_;
};

/// The folder that holds the programs under test, and the one that holds the reference.
void set_programs_folder(std::string folder);
/// The first of the two.
const std::string& programs_folder();

/// Whether programs run under the flight recorder (tests/recorder); without it there are no injected faults either.
void set_recording(bool on);

/// Descriptors that become readable when a program that the test has started ends; for waits that would be in vain.
std::vector<int> program_ends();

/// True when the test has started programs and every one of them has ended.
bool every_program_has_ended();

}  // namespace harness

#include "error.hpp"

#include <netdb.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>

namespace net {
namespace {

class ResolverCategory : public std::error_category {
 public:
  const char* name() const noexcept override { return "getaddrinfo"; }
  std::string message(int code) const override { return ::gai_strerror(code); }
};

// What is printed may wait in the program until its end, and only then fail: on a full disk, for instance. Failures of
// before are remembered by the stream, without their reason.
void flush_stdout() {
  if (std::fflush(stdout) != 0) throw_errno("write to stdout");
  if (std::ferror(stdout) != 0) throw std::runtime_error("not everything could be written to stdout");
}

// What ends a program by an exception that nobody catches: it tells the exception and aborts.
const std::terminate_handler usual_end = std::get_terminate();

// A part that is not written may be reached in a thread, where no main could catch it.
[[noreturn]] void end_unfinished() {
  try {
    if (std::current_exception()) throw;
  } catch (const NotWritten& part) {
    std::fprintf(stderr, "%s\n", part.text().c_str());
    std::_Exit(3);
  } catch (...) {
  }
  usual_end();
  std::abort();
}

}  // namespace

void throw_errno(const std::string& what) {
  // errno first: everything else, even making a string, may change it.
  int code = errno;
  throw std::system_error(code, std::generic_category(), what);
}

const std::error_category& resolver_category() noexcept {
  // Errors keep a reference to their category, so it must live as long as the program.
  static const ResolverCategory category;
  return category;
}

int run_main(const char* path, void (*body)(int, char**), int argc, char** argv) {
  std::string_view program(path);
  program.remove_prefix(program.rfind('/') + 1);  // npos + 1 is 0: no folder in front
  std::signal(SIGPIPE, SIG_IGN);
  std::set_terminate(end_unfinished);
  try {
    body(argc, argv);
    flush_stdout();
    return 0;
  } catch (const NotWritten& part) {
    std::fprintf(stderr, "%s\n", part.text().c_str());
    return 3;
  } catch (const UsageError& error) {
    std::fprintf(stderr, "usage: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(program.size()), program.data(), error.what());
    return 1;
  }
}

}  // namespace net

#include "store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "files.hpp"
#include "subprocess.hpp"

namespace classroom {
namespace {

[[noreturn]] void complain(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

}  // namespace

Store::Store(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw std::runtime_error("the results folder " + folder + " cannot be made: " + error.message());
  folder_ = std::filesystem::canonical(folder).string();
  // Nobody but the grader needs to see grades. Where we do not own the folder it stays as it is.
  ::chmod(folder_.c_str(), 0700);
  lock_ = ::open((folder_ + "/.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock_ < 0) complain("the results folder " + folder_ + " cannot be written");
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    throw std::runtime_error("another grader is at work on " + folder_ +
                             ": wait for it, or name another folder with --results");
  }
}

Store::~Store() { ::close(lock_); }

std::optional<Grade> Store::find(const std::string& submission) const {
  try {
    return grade_from(harness::Json::parse(harness::text_of(path_of(submission))));
  } catch (const std::exception&) {
    return {};
  }
}

void Store::put(const Grade& grade) const {
  std::string path = path_of(grade.submission), part = folder_ + "/." + grade.submission + ".new",
              text = to_json(grade);
  int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) complain(part + " cannot be made");
  for (std::size_t at = 0; at < text.size();) {
    ssize_t n = ::write(fd, text.data() + at, text.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      int why = errno;
      ::close(fd);
      ::unlink(part.c_str());
      errno = why;
      complain(path + " cannot be written, what was there stays");
    }
    at += static_cast<std::size_t>(n);
  }
  // close tells of a full disk on some file systems.
  bool closed = grade.state != "graded" || ::fsync(fd) == 0;
  closed = ::close(fd) == 0 && closed;
  if (!closed || ::rename(part.c_str(), path.c_str()) != 0) {
    int why = errno;
    ::unlink(part.c_str());
    errno = why;
    complain(path + " cannot be written, what was there stays");
  }
}

std::string fingerprint_of_file(const std::string& path) {
  Captured sum = capture({SOCKET_LABS_CMAKE, "-E", "sha256sum", path});
  if (sum.status != 0 || sum.output.size() < 64)
    throw std::runtime_error("no fingerprint of " + path + ": " + sum.output);
  return sum.output.substr(0, 64);
}

}  // namespace classroom

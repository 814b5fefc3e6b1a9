#include "beneath.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace classroom {
namespace {

// openat2(2), of which older systems have no header.
constexpr long openat2_call = 437;
struct HowToOpen {
  std::uint64_t flags, mode, resolve;
};
constexpr std::uint64_t no_links = 0x04, beneath = 0x08;

constexpr int how = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY;

// Step by step, for kernels before 5.6.
int open_by_steps(int folder, const std::string& path) {
  int at = ::dup(folder);
  for (std::size_t begin = 0; at >= 0 && begin < path.size();) {
    std::size_t end = std::min(path.find('/', begin), path.size());
    std::string step = path.substr(begin, end - begin);
    bool last = end == path.size();
    int next = step.empty() || step == ".." ? -1 : ::openat(at, step.c_str(), last ? how : how | O_DIRECTORY);
    if (step.empty() || step == "..") errno = EXDEV;
    int why = errno;
    ::close(at);
    errno = why;
    at = next;
    begin = end + 1;
  }
  return at;
}

int open_beneath(int folder, const std::string& path) {
  HowToOpen request{static_cast<std::uint64_t>(how), 0, no_links | beneath};
  long fd = ::syscall(openat2_call, folder, path.c_str(), &request, sizeof request);
  if (fd < 0 && (errno == ENOSYS || errno == EPERM)) fd = open_by_steps(folder, path);
  return static_cast<int>(fd);
}

}  // namespace

Beneath::Beneath(const std::string& folder) : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (folder_ < 0) throw std::runtime_error(folder + ": " + std::strerror(errno));
}

Beneath::~Beneath() { ::close(folder_); }

std::vector<std::string> Beneath::files() const {
  std::vector<std::string> found;
  std::size_t count = 0;
  cut_short_ = false;
  look(::dup(folder_), "", 0, count, found);
  std::sort(found.begin(), found.end());
  return found;
}

void Beneath::look(int folder, const std::string& prefix, int depth, std::size_t& count,
                   std::vector<std::string>& found) const {
  DIR* directory = folder < 0 ? nullptr : ::fdopendir(folder);
  if (directory == nullptr) {
    if (folder >= 0) ::close(folder);
    return;
  }
  ::rewinddir(directory);  // the descriptor may be a copy of one that was read before
  while (dirent* entry = ::readdir(directory)) {
    std::string name = entry->d_name;
    if (name == "." || name == ".." || name == ".git" || name == ".build") continue;
    if (++count > 20000 || depth > 16) {
      cut_short_ = true;
      break;
    }
    struct stat status {};
    if (::fstatat(::dirfd(directory), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (S_ISREG(status.st_mode) || S_ISLNK(status.st_mode) || S_ISFIFO(status.st_mode)) found.push_back(prefix + name);
    if (S_ISDIR(status.st_mode))
      look(::openat(::dirfd(directory), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
           prefix + name + "/", depth + 1, count, found);
  }
  ::closedir(directory);
}

std::optional<std::string> Beneath::read(const std::string& path, std::size_t most, std::string& why,
                                         std::time_t* modified) const {
  int fd = open_beneath(folder_, path);
  if (fd < 0) {
    why = errno == ELOOP || errno == EXDEV ? "it is a link, or reached through one" : std::strerror(errno);
    return {};
  }
  struct stat status {};
  std::string content;
  why.clear();
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) why = "it is not an ordinary file";
  if (modified != nullptr) *modified = status.st_mtim.tv_sec;
  if (why.empty() && static_cast<std::size_t>(status.st_size) > most)
    why = "it is larger than " + std::to_string(most >> 10) + " KiB";
  std::array<char, 65536> buffer;
  for (ssize_t n = 1; why.empty() && n != 0;) {
    n = ::read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) why = std::strerror(errno);
    if (n > 0) content.append(buffer.data(), static_cast<std::size_t>(n));
    if (content.size() > most) why = "it is larger than " + std::to_string(most >> 10) + " KiB";
    if (n < 0) break;
  }
  ::close(fd);
  if (!why.empty()) return {};
  return content;
}

bool Beneath::has(const std::string& path) const {
  int fd = open_beneath(folder_, path);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

}  // namespace classroom

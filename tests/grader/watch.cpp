#include "watch.hpp"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "terminal.hpp"

namespace fs = std::filesystem;

namespace {

std::string last_worked_on() {
  std::string last;
  fs::file_time_type newest = fs::file_time_type::min();
  for (const Lab& lab : all_labs())
    for (const auto& file : fs::directory_iterator(source_folder() + "/labs/" + lab.stem))
      if (file.is_regular_file() && file.last_write_time() > newest) {
        newest = file.last_write_time();
        last = lab.id();
      }
  return last;
}

// Editors save in many ways (write, rename over, truncate and write), so the whole folder is watched for all of them.
int watch_folders() {
  int fd = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (fd < 0) throw std::system_error(errno, std::system_category(), "inotify_init");
  for (const Lab& lab : all_labs())
    ::inotify_add_watch(fd, (source_folder() + "/labs/" + lab.stem).c_str(), IN_CLOSE_WRITE | IN_MOVED_TO);
  return fd;
}

bool is_source(const std::string& name) {
  return name.ends_with(".cpp") || name.ends_with(".hpp") || name.ends_with(".h") || name.ends_with(".c");
}

// True when one of the events that have come in is about a source file. Swap files and backups are not.
bool source_was_saved(int fd) {
  alignas(inotify_event) std::array<char, 16384> buffer;
  bool saved = false;
  ssize_t n;
  while ((n = ::read(fd, buffer.data(), buffer.size())) > 0) {
    for (std::size_t at = 0; at < static_cast<std::size_t>(n);) {
      auto* event = reinterpret_cast<inotify_event*>(buffer.data() + at);
      saved = saved || (event->len > 0 && is_source(event->name));
      at += sizeof(inotify_event) + event->len;
    }
  }
  return saved;
}

}  // namespace

void watch(const std::string& name, const BoardOptions& options) {
  int fd = watch_folders();
  while (true) {
    // From the top of the screen, as an editor beside it wants it.
    if (on_terminal()) std::cout << "\033[H\033[2J";
    show_board(find_lab(name.empty() ? last_worked_on() : name), options);
    std::cout << "\n " << in(Colour::dim, "Watching labs/ - save a file to build and grade again, Ctrl-C to stop")
              << std::endl;
    pollfd ready{fd, POLLIN, 0};
    while (!source_was_saved(fd))
      if (::poll(&ready, 1, -1) < 0 && errno != EINTR) return;
  }
}

#include "server_under_load.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "subprocess.hpp"

namespace {

// One line, or what there is of it at the end of the stream.
std::string read_line(int fd) {
  std::string line;
  for (char c = 0; line.size() < 200 && ::read(fd, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

}  // namespace

ServerUnderLoad::ServerUnderLoad(const std::vector<std::string>& command, const std::vector<std::string>& rest) {
  // What a server says of each lost client does not belong between the figures.
  std::vector<std::string> whole{"sh", "-c", "exec \"$@\" 2>/dev/null", "sh"};
  whole.insert(whole.end(), command.begin(), command.end());
  whole.insert(whole.end(), {"127.0.0.1", "0"});
  whole.insert(whole.end(), rest.begin(), rest.end());
  Subprocess started = start(whole, false);
  pid_ = started.pid;
  output_ = started.output;
  // Some say something else first.
  for (std::string line = read_line(output_); port_ == 0 && !line.empty(); line = read_line(output_)) {
    std::size_t colon = line.rfind(':');
    if (colon != std::string::npos) port_ = static_cast<std::uint16_t>(std::atoi(line.c_str() + colon + 1));
    if (port_ != 0) break;
  }
  if (port_ != 0) return;
  end();
  throw std::runtime_error(command.front() + " does not say where it listens");
}

ServerUnderLoad::~ServerUnderLoad() { end(); }

void ServerUnderLoad::end() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  ::close(output_);
}

long ServerUnderLoad::resident_kib() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::strtol(line.c_str() + 6, nullptr, 10);
  return 0;
}

// From schedstat, whose first number is exact: the clock ticks of stat are too coarse for a fifth of a second.
double ServerUnderLoad::processor_seconds() const {
  double nanoseconds = 0;
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task", gone)) {
    double of_thread = 0;
    std::ifstream(task.path() / "schedstat") >> of_thread;
    nanoseconds += of_thread;
  }
  return nanoseconds / 1e9;
}

#include "process_tree.hpp"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "apart.hpp"
#include "socket_table.hpp"

namespace harness {
namespace {

struct Process {
  pid_t pid = 0, parent = 0, session = 0;
  char state = 0;
  std::uint64_t ticks = 0;
};

std::optional<Process> look_up(pid_t pid, const std::string& folder = "/proc/") {
  std::ifstream file(folder + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return {};
  // The second field is the name in parentheses, which may itself hold blanks and parentheses.
  std::istringstream fields(line.substr(std::min(line.rfind(')') + 1, line.size())));
  Process process;
  process.pid = pid;
  pid_t group = 0;
  std::uint64_t user = 0, system = 0;
  std::string skipped;
  fields >> process.state >> process.parent >> group >> process.session;
  for (int i = 0; i < 7; ++i) fields >> skipped;
  fields >> user >> system;
  process.ticks = user + system;
  return process;
}

// Every process, or every thread where `folder` is /proc/PID/task/.
std::vector<Process> all_processes(const std::string& folder = "/proc/") {
  std::vector<Process> all;
  DIR* directory = ::opendir(folder.c_str());
  if (!directory) return all;
  while (dirent* entry = ::readdir(directory)) {
    pid_t pid = std::atoi(entry->d_name);
    if (pid <= 0) continue;
    if (auto process = look_up(pid, folder)) all.push_back(*process);
  }
  ::closedir(directory);
  return all;
}

std::vector<Process> family_of(pid_t root, bool with_adopted) {
  std::vector<Process> all = all_processes(), members;
  std::set<pid_t> known{root};
  // Parents stand before children only by chance, so look until nobody new is found.
  for (bool found = true; found;) {
    found = false;
    for (const Process& process : all) {
      bool adopted = with_adopted && process.parent == ::getpid() && process.session == root;
      if (!known.contains(process.pid) && (known.contains(process.parent) || adopted)) {
        known.insert(process.pid);
        found = true;
      }
    }
  }
  for (const Process& process : all)
    if (process.pid == root) members.push_back(process);
  for (const Process& process : all)
    if (process.pid != root && known.contains(process.pid)) members.push_back(process);
  return members;
}

std::vector<std::string> descriptor_targets(pid_t pid) {
  std::vector<std::string> targets;
  SameUser may_look;
  std::string folder = "/proc/" + std::to_string(pid) + "/fd";
  DIR* directory = ::opendir(folder.c_str());
  if (!directory) return targets;
  while (dirent* entry = ::readdir(directory)) {
    if (entry->d_name[0] == '.') continue;
    char target[256];
    ssize_t length = ::readlink((folder + "/" + entry->d_name).c_str(), target, sizeof target);
    if (length > 0) targets.emplace_back(target, static_cast<std::size_t>(length));
  }
  ::closedir(directory);
  return targets;
}

std::optional<std::string> socket_in(const std::vector<std::pair<const char*, TcpState>>& tables, pid_t root) {
  std::set<std::string> sockets;
  for (pid_t pid : family(root))
    for (const std::string& target : descriptor_targets(pid)) sockets.insert(target);
  for (const auto& [table, state] : tables)
    for (const SocketLine& line : socket_table(table))
      if (line.state == state && sockets.contains("socket:[" + line.inode + "]"))
        return line.local + ":" + std::to_string(line.local_port);
  return {};
}

}  // namespace

std::vector<pid_t> family(pid_t root) {
  std::vector<pid_t> pids;
  for (const Process& process : family_of(root, true)) pids.push_back(process.pid);
  return pids;
}

void kill_family(pid_t root) {
  ::kill(-root, SIGKILL);
  // A child may be born between the look and the kill, so look again until all are gone or are zombies.
  for (int round = 0; round < 1000; ++round) {
    bool alive = false;
    for (const Process& process : family_of(root, true)) {
      if (process.state == 'Z') {
        if (process.pid != root && process.parent == ::getpid()) ::waitpid(process.pid, nullptr, WNOHANG);
        continue;
      }
      ::kill(process.pid, SIGKILL);
      alive = true;
    }
    if (!alive) return;
    ::usleep(500);
  }
}

void kill_all_descendants() {
  for (int round = 0; round < 1000; ++round) {
    bool alive = false;
    for (const Process& process : family_of(::getpid(), false)) {
      if (process.pid == ::getpid()) continue;
      if (process.state == 'Z') {
        if (process.parent == ::getpid()) ::waitpid(process.pid, nullptr, WNOHANG);
        continue;
      }
      ::kill(process.pid, SIGKILL);
      alive = true;
    }
    if (!alive) return;
    ::usleep(500);
  }
}

char process_state(pid_t pid) {
  auto process = look_up(pid);
  return process ? process->state : '\0';
}

bool nobody_runs(pid_t root) {
  for (pid_t pid : family(root))
    for (const Process& thread : all_processes("/proc/" + std::to_string(pid) + "/task/"))
      if (thread.state == 'R' || thread.state == 'D') return false;
  return true;
}

std::size_t open_descriptors(pid_t root) {
  std::size_t sum = 0;
  for (pid_t pid : family(root)) sum += descriptor_targets(pid).size();
  return sum;
}

std::size_t zombies(pid_t root) {
  auto members = family_of(root, true);
  return static_cast<std::size_t>(std::count_if(members.begin(), members.end(),
                                                [root](const Process& p) { return p.state == 'Z' && p.pid != root; }));
}

std::size_t processes_of_our_user() {
  std::size_t count = 0;
  DIR* directory = ::opendir("/proc");
  if (!directory) return count;
  while (dirent* entry = ::readdir(directory)) {
    struct stat status {};
    std::string tasks = std::string("/proc/") + entry->d_name + "/task";
    // A folder of a process has a link for itself, one for its parent, and one for each thread.
    if (std::atoi(entry->d_name) > 0 && ::stat(tasks.c_str(), &status) == 0 && status.st_uid == ::geteuid() &&
        status.st_nlink > 2)
      count += status.st_nlink - 2;
  }
  ::closedir(directory);
  return count;
}

std::size_t resident_kib_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  std::size_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

std::size_t resident_kib(pid_t root) {
  std::size_t sum = 0;
  for (pid_t pid : family(root)) sum += resident_kib_of(pid);
  return sum;
}

std::size_t proportional_kib(pid_t root) {
  std::size_t sum = 0;
  for (pid_t pid : family(root)) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
    std::size_t shared_out = 0;
    std::string word;
    while (file >> word)
      if (word == "Pss:" && file >> shared_out) break;
    sum += file ? shared_out : resident_kib_of(pid);
  }
  return sum;
}

ProcessorTime processor_time(pid_t root) {
  ProcessorTime sum;
  for (pid_t pid : family(root)) {
    ProcessorTime one = processor_time_of(pid);
    sum.ran += one.ran;
    sum.kept_waiting += one.kept_waiting;
  }
  return sum;
}

ProcessorTime processor_time_of(pid_t pid) {
  ProcessorTime sum;
  std::string folder = "/proc/" + std::to_string(pid) + "/task/";
  DIR* threads = ::opendir(folder.c_str());
  if (!threads) return sum;
  while (dirent* thread = ::readdir(threads)) {
    std::ifstream file(folder + thread->d_name + "/schedstat");
    ProcessorTime one;
    if (!(file >> one.ran >> one.kept_waiting)) continue;
    sum.ran += one.ran;
    sum.kept_waiting += one.kept_waiting;
  }
  ::closedir(threads);
  return sum;
}

std::uint64_t processor_ms(pid_t root) {
  std::uint64_t ticks = 0;
  for (const Process& process : family_of(root, true)) ticks += process.ticks;
  return ticks * 1000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
}

std::optional<std::string> listening_socket(pid_t root) {
  auto tcp = socket_in({{"tcp", TcpState::listen}, {"tcp6", TcpState::listen}}, root);
  return tcp ? tcp : receiving_socket(root);
}

std::optional<std::string> receiving_socket(pid_t root) {
  // A UDP socket that is bound and not connected is shown in the state "close".
  return socket_in({{"udp", TcpState::close}, {"udp6", TcpState::close}}, root);
}

}  // namespace harness

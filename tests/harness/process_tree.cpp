#include "process_tree.hpp"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>
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
  ino_t folder = 0;  // the number of its folder in /proc
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

// What has a number for a name in one of the folders of /proc: processes, or threads.
template <class Visit>
void for_each_number(const std::string& folder, Visit visit) {
  DIR* directory = ::opendir(folder.c_str());
  if (!directory) return;
  while (dirent* entry = ::readdir(directory))
    if (pid_t number = std::atoi(entry->d_name); number > 0) visit(number, entry->d_ino);
  ::closedir(directory);
}

std::vector<Process> threads_of(pid_t pid) {
  std::vector<Process> threads;
  std::string folder = "/proc/" + std::to_string(pid) + "/task/";
  for_each_number(folder, [&](pid_t thread, ino_t) {
    if (auto found = look_up(thread, folder)) threads.push_back(*found);
  });
  return threads;
}

// Finds the processes that descend from this one. Who does not never will; there may be hundreds of those, and who
// waits looks a thousand times a second. So they are remembered and not read about again.
class Descendants {
 public:
  // Those, this process itself, and who cannot be told yet.
  std::vector<Process> look() {
    std::lock_guard lock(mutex_);
    std::vector<Process> found;
    std::map<pid_t, pid_t> parents;
    std::set<Name> strangers;
    for_each_number("/proc/", [&](pid_t pid, ino_t folder) {
      if (strangers_.contains({pid, folder})) {
        strangers.insert({pid, folder});
        parents[pid] = 0;
      } else if (auto process = look_up(pid)) {
        process->folder = folder;
        parents[pid] = process->parent;
        found.push_back(*process);
      }
    });
    std::erase_if(found, [&](const Process& process) {
      bool is_stranger = leads_past_us(process.pid, parents);
      if (is_stranger) strangers.insert({process.pid, process.folder});
      return is_stranger;
    });
    strangers_ = std::move(strangers);
    return found;
  }

 private:
  // The number of its folder tells a process from a later one that has its pid.
  using Name = std::pair<pid_t, ino_t>;

  // A chain that breaks off, as it does where somebody has ended since we looked, proves nothing.
  static bool leads_past_us(pid_t pid, const std::map<pid_t, pid_t>& parents) {
    for (std::size_t steps = 0; steps <= parents.size() && pid != ::getpid(); ++steps) {
      if (pid == 0) return true;
      auto parent = parents.find(pid);
      if (parent == parents.end()) return false;
      pid = parent->second;
    }
    return false;
  }

  std::mutex mutex_;
  std::set<Name> strangers_;
};

std::vector<Process> family_of(pid_t root, bool with_adopted) {
  static Descendants ours;
  std::vector<Process> all = ours.look(), members;
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
    for (const Process& thread : threads_of(pid))
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
  for_each_number("/proc/", [&count](pid_t pid, ino_t) {
    struct stat status {};
    std::string tasks = "/proc/" + std::to_string(pid) + "/task";
    // A folder of a process has a link for itself, one for its parent, and one for each thread.
    if (::stat(tasks.c_str(), &status) == 0 && status.st_uid == ::geteuid() && status.st_nlink > 2)
      count += status.st_nlink - 2;
  });
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
  for_each_number(folder, [&](pid_t thread, ino_t) {
    std::ifstream file(folder + std::to_string(thread) + "/schedstat");
    ProcessorTime one;
    if (!(file >> one.ran >> one.kept_waiting)) return;
    sum.ran += one.ran;
    sum.kept_waiting += one.kept_waiting;
  });
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

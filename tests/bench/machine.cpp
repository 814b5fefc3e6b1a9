#include "machine.hpp"

#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>

namespace {

// The first line of /proc/cpuinfo that tells `key`, or nothing.
std::string about_the_processor(const std::string& key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    std::size_t colon = line.find(": ");
    if (line.starts_with(key) && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "";
}

int usable_cores() {
  cpu_set_t set;
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> describe_machine() {
  utsname system{};
  ::uname(&system);
  std::string model = about_the_processor("model name");
  bool guest = (" " + about_the_processor("flags") + " ").find(" hypervisor ") != std::string::npos;
  long gibibytes = ::sysconf(_SC_PHYS_PAGES) / 1024 * ::sysconf(_SC_PAGE_SIZE) / (1024 * 1024);
  return {{"Cores", std::to_string(usable_cores()) + (guest ? ", of a virtual machine" : "")},
          {"Processor", model.empty() ? system.machine : model},
          {"Memory", std::to_string(gibibytes) + " GiB"},
          {"Kernel", std::string(system.sysname) + " " + system.release + " " + system.machine},
          {"Compiler", COMPILER},
          {"Build", "the grader: " BUILD_TYPE "; the labs' programs: debug with sanitizers; the servers that are compared: -O2"},
          {"Compiler cache", "switched off while we measure"}};
}

double load_average() {
  double one = 0;
  return ::getloadavg(&one, 1) == 1 ? one : 0;
}

std::string time_of_day() {
  std::time_t now = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", ::gmtime(&now));
  return text;
}

#include "calls.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "quoted.hpp"

namespace harness {
namespace {

std::string option_name(int level, int option) {
  struct Known {
    int level, option;
    const char* name;
  };
  static constexpr Known known[] = {{SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR"},
                                    {SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT"},
                                    {SOL_SOCKET, SO_BROADCAST, "SO_BROADCAST"},
                                    {SOL_SOCKET, SO_KEEPALIVE, "SO_KEEPALIVE"},
                                    {SOL_SOCKET, SO_LINGER, "SO_LINGER"},
                                    {SOL_SOCKET, SO_RCVTIMEO, "SO_RCVTIMEO"},
                                    {SOL_SOCKET, SO_SNDTIMEO, "SO_SNDTIMEO"},
                                    {SOL_SOCKET, SO_RCVBUF, "SO_RCVBUF"},
                                    {SOL_SOCKET, SO_SNDBUF, "SO_SNDBUF"},
                                    {6, 1, "TCP_NODELAY"},
                                    {0, 32, "IP_MULTICAST_IF"},
                                    {0, 33, "IP_MULTICAST_TTL"},
                                    {0, 34, "IP_MULTICAST_LOOP"},
                                    {0, 35, "IP_ADD_MEMBERSHIP"},
                                    {41, 26, "IPV6_V6ONLY"}};
  for (const Known& one : known)
    if (one.level == level && one.option == option) return one.name;
  return std::to_string(level) + ", " + std::to_string(option);
}

std::string arguments(const RecordedCall& call) {
  std::string fd = std::to_string(call.fd);
  if (call.name == "socket") {
    int type = static_cast<int>(call.asked) & 0xf;
    return std::string(type == SOCK_STREAM  ? "TCP"
                       : type == SOCK_DGRAM ? "UDP"
                                            : "?") +
           (call.detail == AF_INET6 ? ", IPv6" : "");
  }
  if (call.name == "bind" || call.name == "connect") return fd + ", " + call.address;
  if (call.name == "listen") return fd + ", " + std::to_string(call.asked);
  if (call.name == "shutdown")
    return fd + ", " + (call.detail == SHUT_WR ? "SHUT_WR" : call.detail == SHUT_RD ? "SHUT_RD" : "SHUT_RDWR");
  if (call.name == "setsockopt") return fd + ", " + option_name(static_cast<int>(call.asked), call.detail);
  if (call.name == "dup") return fd + (call.asked >= 0 ? ", " + std::to_string(call.asked) : "");
  if (call.waits()) {
    std::string limit = call.detail < 0 ? "no limit" : std::to_string(call.detail) + " ms";
    return (call.fd >= 0          ? "fd " + fd
            : call.name == "poll" ? std::to_string(call.asked) + " fds"
                                  : "...") +
           ", " + limit;
  }
  if (call.sends() || call.receives()) {
    std::string all = fd + ", " + std::to_string(call.asked);
    if (call.sends() && !call.address.empty()) all += ", to " + call.address;
    return all;
  }
  return fd;
}

std::string outcome(const RecordedCall& call) {
  if (!call.finished()) return " ... still waiting";
  if (call.failed()) {
    const char* name = ::strerrorname_np(call.error);
    return std::string(" = -1 ") + (name ? name : "?") + " (" + std::strerror(call.error) + ")";
  }
  std::string text = " = " + std::to_string(call.result);
  if ((call.sends() || call.receives()) && call.result > 0 && !call.bytes.empty()) {
    text += " " + harness::in_quotes(call.bytes);
    if (call.result > static_cast<std::int64_t>(call.bytes.size())) text += "...";
  }
  if (call.receives() && call.result == 0 && call.asked > 0)
    text += call.of_datagrams ? " (empty datagram)" : " (end of stream)";
  if (call.name == "accept" && !call.address.empty()) text += " from " + call.address;
  if (call.receives() && !call.address.empty()) text += " from " + call.address;
  if (call.name == "listen" && !call.address.empty()) text += " at " + call.address;
  return text;
}

bool alike(const RecordedCall& a, const RecordedCall& b) {
  return a.name == b.name && a.fd == b.fd && a.pid == b.pid && a.failed() == b.failed() && a.error == b.error &&
         a.finished() && b.finished() && a.asked == b.asked && a.detail == b.detail &&
         (a.result > 0) == (b.result > 0) && a.name != "accept" && a.name != "socket";
}

std::string milliseconds(std::uint64_t from, std::uint64_t to) {
  char text[32];
  double ms = (static_cast<double>(to) - static_cast<double>(from)) / 1e6;
  std::snprintf(text, sizeof text, ms < 100 ? "%7.2f ms" : "%7.0f ms", ms);
  return text;
}

std::string run_and_read(const std::string& command) {
  std::string text;
  std::FILE* pipe = ::popen(command.c_str(), "re");
  if (pipe == nullptr) return text;
  std::array<char, 4096> buffer;
  while (std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), n);
  ::pclose(pipe);
  return text;
}

}  // namespace

std::string in_words(const RecordedCall& call) {
  std::string text = call.name + "(" + arguments(call) + ")" + outcome(call);
  if (call.name == "close" && call.asked > 0) text += " with " + std::to_string(call.asked) + " bytes unread";
  if (call.injected) text += "   <- made to happen";
  constexpr std::uint64_t worth_telling = 5'000'000;
  if (call.finished() && call.ended - call.begun > worth_telling)
    text += "   (it took " + std::to_string((call.ended - call.begun) / 1'000'000) + " ms)";
  return text;
}

std::string listing(const std::vector<RecordedCall>& calls, const std::vector<OurStep>& moments, std::uint64_t start,
                    std::uint64_t until, std::size_t most) {
  std::vector<std::pair<std::uint64_t, std::string>> all;
  bool several = std::any_of(calls.begin(), calls.end(),
                             [&](const RecordedCall& call) { return call.thread != calls.front().thread; });
  for (std::size_t i = 0; i < calls.size();) {
    std::size_t end = i + 1;
    // Unsigned: the program may have written any numbers here, and their sum may go round.
    auto sum = static_cast<std::uint64_t>(calls[i].result);
    for (; end < calls.size() && alike(calls[i], calls[end]); ++end)
      sum += static_cast<std::uint64_t>(calls[end].result);
    const RecordedCall& call = calls[i];
    if (call.begun <= until) {
      std::string text = in_words(call);
      std::size_t count = end - i;
      if (count > 1) {
        text = call.name + "(" + arguments(call) + ")" + (call.failed() ? outcome(call) : "") + "   " +
               std::to_string(count) + " times";
        if ((call.sends() || call.receives()) && !call.failed()) text += ", " + std::to_string(sum) + " bytes in all";
        if (call.injected) text += "   <- made to happen";
      }
      if (several) text = "[" + std::to_string(call.thread) + "] " + text;
      all.emplace_back(call.begun, milliseconds(start, call.begun) + "   " + text);
    }
    i = end;
  }
  std::uint64_t first = all.size() > most ? all[all.size() - most].first : 0;
  std::size_t earlier = all.size() > most ? all.size() - most : 0;
  for (const OurStep& moment : moments)
    if (moment.when >= first && moment.when <= until)
      all.emplace_back(moment.when, milliseconds(start, moment.when) + " |   " + moment.text);
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text = earlier > 0 ? "(" + std::to_string(earlier) + " earlier)\n" : "";
  for (const auto& [when, line] : all)
    if (when >= first) text += line + "\n";
  if (!text.empty()) text.pop_back();
  return text;
}

std::string place_of(const RecordedCall& call, const std::string& program) {
  if (call.places.empty() || program.find('\'') != std::string::npos) return "";
  std::string command = "addr2line -e '" + program + "'";
  for (std::uint32_t place : call.places) {
    char text[16];
    std::snprintf(text, sizeof text, " %#x", place - 1);  // the call itself, not where it returns to
    command += text;
  }
  std::string lines = run_and_read(command + " 2>/dev/null"), best;
  for (std::size_t from = 0; from < lines.size();) {
    std::size_t end = std::min(lines.find('\n', from), lines.size());
    std::string line = lines.substr(from, end - from);
    from = end + 1;
    // The helper in common/ is not where a learner looks.
    bool own = line.find("??") == std::string::npos && line.find("/usr/") == std::string::npos &&
               line.find("/common/") == std::string::npos && line.find("../") == std::string::npos &&
               line.rfind(':') != std::string::npos;
    if (own) return line.substr(line.rfind('/') + 1, line.find(" (") - line.rfind('/') - 1);
  }
  return best;
}

}  // namespace harness

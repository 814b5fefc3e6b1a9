#include "evidence.hpp"

#include <algorithm>
#include <cerrno>

#include "calls.hpp"
#include "error_pages.hpp"
#include "wire.hpp"

namespace harness {
namespace {

constexpr std::size_t most_calls = 10, most_packets = 8;

// What an end of the program itself shows needs a moment to be noted after the test has seen it.
constexpr std::uint64_t soon = 50'000'000;

// "    #1 0x55d0 in echo(int) /home/me/labs/02-tcp-echo/echo_server.cpp:42:3" as "echo(int)   echo_server.cpp:42:3"
std::string own_frame(const std::string& line) {
  std::size_t in = line.find(" in ");
  if (!line.starts_with("    #") || in == std::string::npos || line.find(".cpp:") == std::string::npos) return "";
  for (const char* foreign : {"/usr/", "../", "/common/", "tests/recorder/"})
    if (line.find(foreign) != std::string::npos) return "";
  std::size_t path = line.rfind(' ');
  return "    " + line.substr(in + 4, path - in - 4) + "   " + line.substr(line.rfind('/') + 1);
}

// The book's section about what the program said, or else about the last call that failed and should not have.
std::string section_to_look_up(const Evidence& evidence) {
  std::string where = where_explained(evidence.said + '\n' + in_words(evidence.exit));
  for (auto call = evidence.calls.rbegin(); where.empty() && call != evidence.calls.rend(); ++call)
    if (call->failed() && call->error != EAGAIN && call->error != EINPROGRESS && call->error != EINTR)
      where = where_explained(in_words(*call));
  return where.empty() ? where_explained(evidence.received) : where;
}

}  // namespace

std::string essence_of_report(const std::string& report) {
  std::string essence;
  std::size_t frames = 0, from = 0;
  while (from < report.size()) {
    std::size_t end = std::min(report.find('\n', from), report.size());
    std::string line = report.substr(from, end - from);
    from = end + 1;
    bool headline =
        (line.find("Sanitizer: ") != std::string::npos || line.find("runtime error: ") != std::string::npos) &&
        line.find("SUMMARY") == std::string::npos;
    std::string frame = frames < 4 ? own_frame(line) : "";
    if (!frame.empty()) ++frames;
    if (headline || !frame.empty()) essence += (essence.empty() ? "" : "\n") + (headline ? line : frame);
  }
  return essence;
}

void tell_evidence(Story& story, const Recording& recording, Evidence evidence) {
  if (std::vector<SeenPacket> packets = seen_packets(); !packets.empty()) story.happened(packets.front().when);
  evidence.start = story.zero();
  evidence.calls = recording.calls();
  evidence.expected = story.expected();
  evidence.received = story.received();
  if (story.failed()) evidence.failed_at = story.failed_at();
  std::uint64_t until = story.failed() ? story.failed_at() + soon : ~std::uint64_t{0};
  std::erase_if(evidence.calls, [&](const RecordedCall& call) { return call.begun > until; });
  for (const std::string& sentence : diagnose(evidence)) story.note("it seems", sentence);
  if (!recording.loaded())
    story.note("your calls",
               "there is no record: the recorder could not be loaded into your program (is it linked statically?)");
  else if (evidence.calls.empty())
    story.note("your calls", "no socket call was seen (calls through stdio or past the C library are not)");
  else
    story.note("your calls", listing(evidence.calls, story.moments(), evidence.start, until, most_calls));
  if (std::string packets = packets_in_words(evidence.start, until, most_packets); !packets.empty())
    story.note("on the wire", packets);
  if (std::string where = section_to_look_up(evidence); !where.empty()) story.note("look up", where);
}

}  // namespace harness

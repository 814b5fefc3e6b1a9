#include "reporter.hpp"

#include <catch2/catch_session.hpp>
#include <catch2/catch_test_case_info.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#include <catch2/reporters/catch_reporter_streaming_base.hpp>

#include <ostream>
#include <string>

#include "clock.hpp"
#include "json.hpp"
#include "process_tree.hpp"
#include "story.hpp"
#include "usage.hpp"
#include "wire.hpp"

namespace harness {
namespace {

std::string tags_of(const Catch::TestCaseInfo& info) {
  std::string tags;
  for (const Catch::Tag& tag : info.tags)
    tags += (tags.empty() ? "" : ",") + json_string(std::string_view(tag.original.data(), tag.original.size()));
  return "[" + tags + "]";
}

std::string place_of(const Catch::TestCaseInfo& info) {
  return ",\"file\":" + json_string(info.lineInfo.file) + ",\"line\":" + std::to_string(info.lineInfo.line);
}

class JsonLines : public Catch::StreamingReporterBase {
 public:
  using StreamingReporterBase::StreamingReporterBase;

  static std::string getDescription() { return "One line of JSON for each test case"; }

  void listTests(const std::vector<Catch::TestCaseHandle>& tests) override {
    for (const Catch::TestCaseHandle& test : tests)
      line("test", test.getTestCaseInfo(),
           ",\"tags\":" + tags_of(test.getTestCaseInfo()) + place_of(test.getTestCaseInfo()));
  }

  void testCaseStarting(const Catch::TestCaseInfo& info) override {
    StreamingReporterBase::testCaseStarting(info);
    failure_.clear();
    set_test_has_failed(false);
    forget_longest_wait();
    forget_kept_waiting();
    line("start", info, "");
  }

  // A test case with generators runs several times; the story is that of the first run that fails.
  void testCasePartialStarting(const Catch::TestCaseInfo& info, std::uint64_t part) override {
    StreamingReporterBase::testCasePartialStarting(info, part);
    if (!failure_.empty()) return;
    Story::current().begin();
    restart_capture();
  }

  void assertionEnded(const Catch::AssertionStats& stats) override {
    const Catch::AssertionResult& result = stats.assertionResult;
    if (result.isOk() || !failure_.empty()) return;
    set_test_has_failed(true);
    failure_ = result.hasMessage() ? std::string(result.getMessage()) : result.getExpandedExpression();
    if (result.hasExpression()) failure_ = result.getExpressionInMacro() + ": " + failure_;
    // Catch2 writes out what was compared, which may be many megabytes; the story tells it better.
    if (failure_.size() > 500) failure_.replace(500, std::string::npos, " ...");
  }

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    kill_all_descendants();
    Story& story = Story::current();
    State state = State::passed;
    if (stats.totals.assertions.failed > 0)
      state = story.state();
    else if (stats.totals.assertions.skipped > 0)
      state = State::skipped;
    else if (stats.totals.assertions.passed == 0)
      state = State::wrong;  // a test that checked nothing proves nothing

    if (state != State::passed && state != State::skipped && state != State::not_started && !captures_folder().empty())
      keep_packets(info_id(*stats.testInfo));

    std::string rest = ",\"state\":" + json_string(name(state)) + ",\"waited\":" + std::to_string(longest_wait());
    if (state != State::passed && state != State::skipped)
      rest += ",\"failure\":" + json_string(failure_) + ",\"details\":" + details(story) +
              ",\"late\":" + (story.has_time_decided() ? "1" : "0") +
              ",\"kept_waiting\":" + std::to_string(std::chrono::duration<double>(kept_waiting()).count());
    line("end", *stats.testInfo, rest);
    StreamingReporterBase::testCaseEnded(stats);
  }

 private:
  static std::string info_id(const Catch::TestCaseInfo& info) { return info.name.substr(0, info.name.find(' ')); }

  static void keep_packets(const std::string& id) {
    std::string path = captures_folder() + "/" + id + ".pcap";
    if (write_capture(path)) Story::current().note("capture", path + "   (open it with Wireshark or tcpdump -r)");
  }

  static std::string details(const Story& story) {
    std::string all;
    for (const Detail& detail : story.told())
      all += (all.empty() ? "[" : ",[") + json_string(detail.label) + "," + json_string(detail.text) + "]";
    return "[" + all + "]";
  }

  void line(const char* event, const Catch::TestCaseInfo& info, const std::string& rest) {
    m_stream << "{\"event\":\"" << event << "\",\"name\":" << json_string(info.name) << rest << "}\n";
    m_stream.flush();
  }

  std::string failure_;
};

}  // namespace

void register_reporter() { static Catch::ReporterRegistrar<JsonLines> registrar("jsonl"); }

}  // namespace harness

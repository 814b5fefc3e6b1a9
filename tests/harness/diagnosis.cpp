#include "diagnosis.hpp"

#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>

#include "calls.hpp"

namespace harness {
namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string bytes_in_words(std::int64_t n) { return std::to_string(n) + (n == 1 ? " byte" : " bytes"); }

// poll with several descriptors has none of its own.
std::string briefly(const RecordedCall& call) {
  return call.fd < 0 ? call.name : call.name + " on descriptor " + std::to_string(call.fd);
}

// A descriptor from the call that gave it to the call that closed it.
struct Descriptor {
  const RecordedCall* opened = nullptr;
  std::vector<const RecordedCall*> calls;
  bool closed = false;

  // Datagrams come whole and have no end: what is true of streams would be wrong advice.
  bool of_datagrams() const { return opened->name == "socket" && (opened->asked & 0xf) == SOCK_DGRAM; }
};

class Diagnosis {
 public:
  explicit Diagnosis(const Evidence& evidence) : e_(evidence) {
    std::map<int, std::size_t> current;
    std::set<int> pids;
    for (const RecordedCall& call : e_.calls) {
      pids.insert(call.pid);
      auto known = current.find(call.fd);
      if (known != current.end()) {
        descriptors_[known->second].calls.push_back(&call);
        if (call.name == "close" && !call.failed()) {
          descriptors_[known->second].closed = true;
          current.erase(known);
        }
      }
      bool opens = call.name == "accept" || call.name == "socket" || call.name == "dup";
      if (opens && call.finished() && call.result >= 0) {
        current[static_cast<int>(call.result)] = descriptors_.size();
        descriptors_.push_back({&call, {}, false});
      }
    }
    forked_ = pids.size() > 1;
  }

  std::vector<std::string> all() {
    broken_pipe();
    interrupted();
    aborted();
    address_in_use();
    reset();
    if (!forked_) {
      zero_byte();
      short_send();
      stopped_receiving();
      no_end();
      leak();
    }
    if (contains(e_.received, "silence") || contains(e_.received, "still running") ||
        contains(e_.received, "nobody connected")) {
      spins();
      waits();
    }
    return said_;
  }

 private:
  void say(std::string text) {
    if (said_.size() < 3 && std::find(said_.begin(), said_.end(), text) == said_.end())
      said_.push_back(std::move(text));
  }

  const RecordedCall* later(const RecordedCall& call, auto condition) const {
    for (const RecordedCall& other : e_.calls)
      if (other.number > call.number && condition(other)) return &other;
    return nullptr;
  }

  // A call that our own signal to stop has ended need not be made again.
  bool ended_by_our_signal(const RecordedCall& call) const {
    return e_.asked_to_stop != 0 && call.ended >= e_.asked_to_stop;
  }

  void broken_pipe() {
    if (e_.exit.kind != Exit::Kind::signalled || e_.exit.value != SIGPIPE) return;
    std::string where;
    for (const RecordedCall& call : e_.calls)
      if (call.sends() && !call.finished())
        where = " in " + call.name + "(" + std::to_string(call.fd) + ", " + std::to_string(call.asked) + ")";
    say("the signal SIGPIPE ended your program" + where +
        ": the peer was gone. Ignore the signal, or pass MSG_NOSIGNAL, and the call fails with EPIPE instead, which "
        "ends one conversation.");
  }

  // A connect goes on by itself, and whoever has waited for it uses its descriptor; all others are made again.
  void interrupted() {
    for (const RecordedCall& call : e_.calls) {
      if (!call.failed() || call.error != EINTR || call.name == "close" || ended_by_our_signal(call)) continue;
      bool connects = call.name == "connect";
      bool carried_on = later(call, [&](const RecordedCall& other) {
        return other.fd == call.fd && (connects ? other.name != "close" : other.name == call.name);
      });
      if (carried_on) continue;
      say(briefly(call) +
          (connects ? " was interrupted (EINTR), and your program gave it up. That is no failure, it goes on in the "
                      "background: wait until the descriptor is writable; then SO_ERROR says how it ended."
                    : " was interrupted (EINTR), and your program did not call it again. That is no failure: carry it "
                      "on."));
      return;
    }
  }

  void aborted() {
    for (const RecordedCall& call : e_.calls)
      if (call.name == "accept" && call.failed() && call.error != EINTR && call.error != EAGAIN &&
          !ended_by_our_signal(call) &&
          !later(call, [&](const RecordedCall& other) { return other.name == "accept" || other.waits(); })) {
        say("accept failed with " +
            std::string(::strerrorname_np(call.error) ? ::strerrorname_np(call.error) : "an error") +
            ", and your program did not accept again. One client that gave up is no reason to end the service.");
        return;
      }
  }

  void address_in_use() {
    for (const RecordedCall& call : e_.calls) {
      if (call.name != "bind" || !call.failed() || call.error != EADDRINUSE) continue;
      bool reuse = std::any_of(e_.calls.begin(), e_.calls.end(), [&](const RecordedCall& other) {
        return other.name == "setsockopt" && other.fd == call.fd && other.number < call.number &&
               other.asked == SOL_SOCKET && other.detail == SO_REUSEADDR;
      });
      if (!reuse)
        say("bind to " + call.address + " failed with EADDRINUSE, and SO_REUSEADDR was not set on descriptor " +
            std::to_string(call.fd) + " before it.");
      return;
    }
  }

  void reset() {
    if (!contains(e_.received, "a reset")) return;  // and not the words of an error: "Connection reset by peer"
    for (auto call = e_.calls.rbegin(); call != e_.calls.rend(); ++call)
      if (call->name == "close" && call->of_stream && call->asked > 0) {
        say("your program closed descriptor " + std::to_string(call->fd) + " with " + bytes_in_words(call->asked) +
            " unread, so the kernel sent a reset (RST) instead of an end of stream (FIN). Read to the end before you "
            "close.");
        return;
      }
    if (e_.exit.kind != Exit::Kind::running && !e_.killed_by_us)
      say("your program ended with the connection open; what it had not read by then makes the kernel send a reset "
          "(RST).");
  }

  // A record of TLS (RFC 8446, 5.1): its bytes are not the message's.
  static bool is_tls(const std::string& bytes) {
    return bytes.size() > 1 && bytes[0] >= 20 && bytes[0] <= 23 && bytes[1] == 3;
  }

  void zero_byte() {
    for (const Descriptor& descriptor : descriptors_)
      for (std::size_t i = 0; i + 1 < descriptor.calls.size(); ++i) {
        const RecordedCall &in = *descriptor.calls[i], &out = *descriptor.calls[i + 1];
        if (in.receives() && in.result > 0 && out.sends() && out.asked < in.result &&
            in.bytes.find('\0') != std::string::npos && !is_tls(in.bytes) && !is_tls(out.bytes)) {
          say(in.name + " gave " + bytes_in_words(in.result) + ", one of them zero, and the next " + out.name +
              " passed on only " + std::to_string(out.asked) + ". A zero byte is data: use the count that " + in.name +
              " returned, not strlen.");
          return;
        }
      }
  }

  void short_send() {
    for (const Descriptor& descriptor : descriptors_)
      for (std::size_t i = 0; i < descriptor.calls.size(); ++i) {
        const RecordedCall& call = *descriptor.calls[i];
        if (!call.sends() || call.result <= 0 || call.result >= call.asked) continue;
        std::int64_t rest = call.asked - call.result;
        const RecordedCall* next = nullptr;
        for (std::size_t k = i + 1; k < descriptor.calls.size() && !next; ++k)
          if (descriptor.calls[k]->sends() && !(descriptor.calls[k]->failed() && descriptor.calls[k]->error == EINTR))
            next = descriptor.calls[k];
        std::string took =
            call.name + " took only " + std::to_string(call.result) + " of " + bytes_in_words(call.asked);
        bool again = next && next->asked <= call.asked && call.bytes.size() >= 4 &&
                     next->bytes.substr(0, call.bytes.size()) == call.bytes;
        if (!next && i + 1 < descriptor.calls.size())
          say(took + ", and the other " + std::to_string(rest) +
              " were never sent. Call it again with the rest until all is sent.");
        else if (again)
          say(took + ", and the next one began with the same bytes again. Advance the pointer as well as the count.");
        else if (next && next->asked != rest)
          say(took + ", and the next one was for " + std::to_string(next->asked) + ", not for the " +
              std::to_string(rest) + " that were left. Are they lost?");
        else
          continue;
        return;
      }
  }

  void stopped_receiving() {
    if (!contains(e_.received, "more were expected") && !contains(e_.received, "then end of stream")) return;
    for (const Descriptor& descriptor : descriptors_) {
      if (descriptor.of_datagrams()) continue;
      const RecordedCall* last = nullptr;
      bool left = false;
      for (const RecordedCall* call : descriptor.calls) {
        if (call->receives() && call->finished()) last = call, left = false;
        // Also a receive that still waits: it asks for more.
        if (call->receives() && !call->finished()) last = nullptr;
        if (last && (call->name == "close" || call->name == "shutdown")) left = true;
      }
      if (last && last->result > 0 && left) {
        say(last->name + " gave " + bytes_in_words(last->result) + " on descriptor " + std::to_string(last->fd) +
            ", and your program stopped there. What the peer sends may come in many pieces: go on until it gives 0.");
        return;
      }
    }
  }

  void no_end() {
    if (!contains(e_.received, "silence")) return;
    for (const Descriptor& descriptor : descriptors_) {
      if (descriptor.of_datagrams()) continue;
      bool ended = false, sent = false, finished = descriptor.closed;
      const RecordedCall* waiting = nullptr;
      for (const RecordedCall* call : descriptor.calls) {
        if (call->receives() && call->finished() && call->result == 0 && call->asked > 0) ended = true;
        if (call->sends() && call->result > 0) sent = true;
        if (call->name == "shutdown" && call->detail != SHUT_RD) finished = true;
        waiting = call->receives() && !call->finished() ? call : nullptr;
      }
      std::string fd = descriptor.opened ? std::to_string(descriptor.opened->result) : "?";
      if (finished || e_.exit.kind != Exit::Kind::running) continue;
      if (ended)
        return say("the peer's end of stream was read on descriptor " + fd +
                   ", but then neither shutdown nor close was called on it: the peer waits for your end.");
      if (sent && waiting && descriptor.opened->name == "socket")
        return say("your program sent, then waits in " + waiting->name + " on descriptor " + fd +
                   " without a shutdown(SHUT_WR): the peer cannot know that the message is complete.");
    }
  }

  void leak() {
    if (!contains(e_.expected, "open descriptors")) return;
    std::vector<const RecordedCall*> open;
    for (const Descriptor& descriptor : descriptors_)
      if (!descriptor.closed && descriptor.opened->name == "accept") open.push_back(descriptor.opened);
    if (open.empty())
      for (const Descriptor& descriptor : descriptors_)
        if (!descriptor.closed) open.push_back(descriptor.opened);
    if (open.size() < 2) return;
    std::string numbers;
    for (std::size_t i = 0; i < open.size() && i < 5; ++i) numbers += (i ? ", " : "") + std::to_string(open[i]->result);
    if (open.size() > 5) numbers += ", ...";
    std::string place = place_of(*open.front(), e_.program);
    say(std::to_string(open.size()) + " descriptors (" + numbers + ") that " + open.front()->name +
        (place.empty() ? "" : " at " + place) + " gave were never closed, the first from " +
        std::to_string((open.front()->ended - e_.start) / 1'000'000) + " ms after the start.");
  }

  void spins() {
    if (e_.busy_ms > 300 && e_.busy_ms * 2 > e_.lived_ms)
      say("your program used " + std::to_string(e_.busy_ms) + " ms of processor time in " +
          std::to_string(e_.lived_ms) + " ms: a loop goes round without waiting for anything.");
  }

  // What it waited in when the test saw the mismatch; what we did after that may have woken it.
  bool waited(const RecordedCall& call) const {
    if (e_.failed_at == 0) return !call.finished();
    return call.begun <= e_.failed_at && (!call.finished() || call.ended > e_.failed_at);
  }

  void waits() {
    if (e_.exit.kind != Exit::Kind::running) return;
    std::string all;
    for (const RecordedCall& call : e_.calls)
      if (waited(call) && !contains(all, briefly(call))) all += (all.empty() ? "" : ", and in ") + briefly(call);
    if (!all.empty()) say("your program waits in " + all + ".");
  }

  const Evidence& e_;
  std::vector<Descriptor> descriptors_;
  std::vector<std::string> said_;
  bool forked_ = false;
};

}  // namespace

std::vector<std::string> diagnose(const Evidence& evidence) { return Diagnosis(evidence).all(); }

}  // namespace harness

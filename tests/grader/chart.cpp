#include "chart.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>

#include "calls.hpp"
#include "class/report/text.hpp"
#include "quoted.hpp"
#include "terminal.hpp"

namespace {

using classroom::markup;
using harness::RecordedCall;
using harness::SeenPacket;

constexpr std::size_t longest_call = 46, longest_on_the_wire = 32;

std::string in_ms(double ms) {
  char text[32];
  std::snprintf(text, sizeof text, ms < 100 ? "%.2f ms" : "%.0f ms", ms);
  return text;
}

double ms_between(std::uint64_t from, std::uint64_t to) {
  return (static_cast<double>(to) - static_cast<double>(from)) / 1e6;
}

bool is_text(const std::string& bytes) {
  return std::none_of(bytes.begin(), bytes.end(), [](char c) { return (c & 0x80) != 0; });
}

// What the first record of TLS in `bytes` is (RFC 8446, section 5.1), or nothing.
std::string tls_record(const std::string& bytes) {
  static constexpr const char* kinds[] = {"change cipher spec", "alert", "handshake", "encrypted"};
  bool is_record = bytes.size() >= 3 && bytes[0] >= 0x14 && bytes[0] <= 0x17 && bytes[1] == 3;
  return is_record ? kinds[bytes[0] - 0x14] : "";
}

std::string size_and_bytes(std::size_t size, const std::string& bytes) {
  std::string text = std::to_string(size) + (size == 1 ? " byte" : " bytes"), record = tls_record(bytes);
  if (!record.empty()) return text + ", TLS " + record;
  if (bytes.empty() || !is_text(bytes)) return text;
  return text + " " + harness::in_quotes(bytes.substr(0, 16)) + (size > 16 ? "..." : "");
}

// The bar says how long it took, and the name of an error is enough. Bytes that nobody can read, or for which there is
// no room, are left out.
std::string in_short(const RecordedCall& call) {
  std::string text = harness::in_words(call);
  text = text.substr(0, text.find("   (it took "));
  if (call.failed()) text = text.substr(0, text.find(" (", text.find(" = -1")));
  std::size_t bytes = text.find(" \""), end = text.rfind('"');
  bool unreadable = !is_text(call.bytes) || !tls_record(call.bytes).empty() || text.size() > longest_call;
  if (bytes != std::string::npos && unreadable) text.erase(bytes, text.find_first_not_of('.', end + 1) - bytes);
  return text.size() > longest_call ? text.substr(0, longest_call - 3) + "..." : text;
}

bool brings_something_in(const RecordedCall& call) {
  return call.receives() || call.waits() || call.name == "accept" || call.name == "connect";
}

// The one moment at which a call is shown: what it brings is there at its end, what it sends off goes at its beginning.
std::uint64_t moment_of(const RecordedCall& call) {
  return call.finished() && brings_something_in(call) ? call.ended : call.begun;
}

// Which way something goes between the call and the kernel, when the program is on the left.
Way way_of(const RecordedCall& call) {
  if (!call.finished() || call.result < 0) return Way::none;
  if (call.sends() || (call.name == "shutdown" && call.detail != 0)) return Way::right;
  return call.receives() || call.name == "accept" ? Way::left : Way::none;
}

Way turned(Way way) { return way == Way::left ? Way::right : way == Way::right ? Way::left : way; }

// What must have crossed the wire, told from a call alone. The program is on the left.
void infer_wire(ChartRow& row, const RecordedCall& call) {
  bool worked = call.finished() && call.result >= 0;
  auto crosses = [&row](Way way, std::string text) { row.wire_way = way, row.wire = std::move(text); };
  if (worked && call.sends() && call.result > 0)
    crosses(Way::right, size_and_bytes(static_cast<std::size_t>(call.result), call.bytes));
  if (worked && call.receives() && call.result > 0)
    crosses(Way::left, size_and_bytes(static_cast<std::size_t>(call.result), call.bytes));
  if (worked && call.sends() && call.result == 0 && call.of_datagrams) crosses(Way::right, "empty datagram");
  if (worked && call.receives() && call.result == 0 && call.asked > 0)
    crosses(Way::left, call.of_datagrams ? "empty datagram" : "end of stream (FIN)");
  if (call.name == "connect" && call.finished() && call.of_stream) {
    // One that was interrupted, or does not wait, goes on; what becomes of it is not told by this call.
    bool goes_on = call.error == EINPROGRESS || call.error == EINTR;
    if (worked || goes_on || call.error == ECONNREFUSED)
      crosses(Way::right, worked ? "connection (SYN)" : goes_on ? "SYN" : "SYN, refused");
  }
  if (call.name == "accept" && worked) crosses(Way::left, "connection (SYN)");
  if (call.name == "shutdown" && worked && call.detail != 0) crosses(Way::right, "end of stream (FIN)");
  if (call.name == "close" && worked && call.of_stream && call.asked > 0) crosses(Way::right, "reset (RST)");
}

struct Moment {
  std::uint64_t when = 0, begun = 0;
  ChartRow row;
};

Moment moment(const RecordedCall& call, bool on_the_left, bool infer) {
  Moment one{moment_of(call), call.begun, {}};
  (on_the_left ? one.row.left : one.row.right) = in_short(call);
  if (on_the_left)
    one.row.left_way = way_of(call);
  else
    one.row.right_way = turned(way_of(call));
  if (call.finished() && brings_something_in(call)) one.row.waited_ms = ms_between(call.begun, call.ended);
  if (infer) infer_wire(one.row, call);
  return one;
}

std::uint16_t port_in(const std::string& address) {
  std::size_t colon = address.rfind(':');
  return colon == std::string::npos
             ? std::uint16_t{0}
             : static_cast<std::uint16_t>(std::strtoul(address.c_str() + colon + 1, nullptr, 10));
}

// The ports that a program has bound: what comes from them is its own.
std::set<std::uint16_t> ports_of(const Lane& lane) {
  std::set<std::uint16_t> ports;
  for (const RecordedCall& call : lane.calls)
    if (call.name == "bind" || call.name == "listen") ports.insert(port_in(call.address));
  ports.erase(0);
  return ports;
}

// A packet stands beside the call that sent it, which is one of the last few.
ChartRow* sender_of(const ChartRow& packet, std::vector<ChartRow>& rows) {
  if (packet.wire.empty() || !packet.left.empty() || !packet.right.empty()) return nullptr;
  bool from_the_left = packet.wire_way == Way::right;
  for (std::size_t i = rows.size(); i-- > 0 && i + 4 > rows.size();) {
    ChartRow& row = rows[i];
    const std::string& call = from_the_left ? row.left : row.right;
    if (call.empty()) continue;
    bool sent = (from_the_left ? row.left_way : row.right_way) == packet.wire_way || call.starts_with("close");
    return sent && row.wire.empty() ? &row : nullptr;
  }
  return nullptr;
}

Chart in_order(const Lane& left, const Lane& right, std::vector<Moment> moments, std::uint64_t start) {
  std::stable_sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) { return a.when < b.when; });
  Chart chart{left.name, right.name, {}};
  std::vector<std::uint64_t> times;
  for (Moment& one : moments) {
    ChartRow& row = one.row;
    if (ChartRow* sender = sender_of(row, chart.rows)) {
      sender->wire = row.wire;
      sender->wire_way = row.wire_way;
      continue;
    }
    row.at_ms = ms_between(start, one.when);
    row.waits_from = chart.rows.size();
    if (row.waited_ms > 0)
      row.waits_from =
          static_cast<std::size_t>(std::lower_bound(times.begin(), times.end(), one.begun) - times.begin());
    times.push_back(one.when);
    chart.rows.push_back(std::move(row));
  }
  return chart;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f", value);
  return text;
}

// Draws the parts of a picture, an element a line.
class Drawing {
 public:
  void text(double x, double y, const std::string& what, const std::string& more) {
    all_ += "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" " + more + ">" + markup(what) + "</text>\n";
  }
  void line(double x1, double y1, double x2, double y2, const std::string& more) {
    all_ += "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) + "\" y2=\"" + number(y2) +
            "\" " + more + "/>\n";
  }
  void arrow(double x1, double x2, double y, const std::string& colour) {
    double back = x2 > x1 ? -7 : 7;
    line(x1, y, x2 + back, y, "stroke=\"" + colour + "\" stroke-width=\"1.5\"");
    all_ += "<path d=\"M" + number(x2) + " " + number(y) + "l" + number(back) + " -4v8z\" fill=\"" + colour + "\"/>\n";
  }
  void bar(double x, double y1, double y2, const std::string& title) {
    all_ += "<rect x=\"" + number(x - 4) + "\" y=\"" + number(y1) + "\" width=\"8\" height=\"" + number(y2 - y1) +
            "\" rx=\"2\" fill=\"var(--chart-wait, #d97706)\"><title>" + markup(title) + "</title></rect>\n";
  }
  const std::string& all() const { return all_; }

 private:
  std::string all_;
};

}  // namespace

Chart chart_of(const Lane& program, std::uint64_t start) {
  std::vector<Moment> moments;
  for (const RecordedCall& call : program.calls) moments.push_back(moment(call, true, true));
  return in_order(program, {"peer", {}}, std::move(moments), start);
}

Chart chart_of(const Lane& left, const Lane& right, const std::vector<SeenPacket>& packets, std::uint64_t start) {
  std::vector<Moment> moments;
  for (const RecordedCall& call : left.calls) moments.push_back(moment(call, true, packets.empty()));
  for (const RecordedCall& call : right.calls) moments.push_back(moment(call, false, false));
  std::set<std::uint16_t> on_the_right = ports_of(right);
  for (const SeenPacket& packet : packets) {
    Moment one{packet.when, packet.when, {}};
    one.row.wire = packet.signs;
    if (packet.length > 0)
      one.row.wire += (packet.signs.empty() ? "" : ", ") + size_and_bytes(packet.length, packet.data);
    if (one.row.wire.empty()) one.row.wire = "empty datagram";
    one.row.wire_way = on_the_right.contains(packet.from) ? Way::left : Way::right;
    moments.push_back(std::move(one));
  }
  return in_order(left, right, std::move(moments), start);
}

std::string as_text(const Chart& chart) {
  constexpr std::size_t arrow = 32;
  std::size_t left = chart.left.size(), right = chart.right.size();
  for (const ChartRow& row : chart.rows)
    left = std::max(left, row.left.size()), right = std::max(right, row.right.size());
  auto without_end = [](std::string line) { return line.substr(0, line.find_last_not_of(' ') + 1) + "\n"; };
  std::string all =
      without_end(padded("", 11) + padded(chart.left, left) + "  " + padded("", arrow) + "  " + chart.right);
  for (const ChartRow& row : chart.rows) {
    // A wait is a bar as long as it took, on a scale of its own.
    if (row.waited_ms >= 1) {
      std::string bar = std::string(std::min<std::size_t>(20, 1 + static_cast<std::size_t>(row.waited_ms / 50)), '#') +
                        " waited " + in_ms(row.waited_ms);
      all += without_end(padded("", 11) + padded(row.left.empty() ? "" : bar, left) + " |" + padded("", arrow) + "| " +
                         (row.right.empty() ? "" : bar));
    }
    std::string line = padded(in_ms(row.at_ms), 11) + padded(row.left, left) + " |";
    std::string text = row.wire.empty() ? "" : " " + row.wire.substr(0, arrow - 6) + " ";
    std::string dashes(arrow - 2 - std::min(arrow - 2, text.size()), '-');
    if (row.wire_way == Way::none)
      line += std::string(arrow, ' ');
    else
      line += row.wire_way == Way::right ? "-" + text + dashes + ">" : "<" + dashes + text + "-";
    all += without_end(line + "| " + row.right);
  }
  return all;
}

std::string as_svg(const Chart& chart) {
  // As wide as what is to be written: a page's column is narrow, and small print is not read.
  constexpr double a_character = 7.9, times = 60, step = 26, top = 56;
  std::size_t left_size = chart.left.size(), right_size = chart.right.size(), wire_size = 14;
  for (const ChartRow& row : chart.rows) {
    left_size = std::max(left_size, row.left.size());
    right_size = std::max(right_size, row.right.size());
    wire_size = std::max(wire_size, std::min(row.wire.size(), longest_on_the_wire));
  }
  const double left = times + a_character * static_cast<double>(left_size) + 28,
               right = left + 6.6 * static_cast<double>(wire_size) + 50;
  const double width = right + a_character * static_cast<double>(right_size) + 28;
  const std::string wire_colour = "var(--chart-wire, #2f7fd6)", pale = "fill-opacity=\".75\"",
                    bold = "font-weight=\"bold\" text-anchor=\"middle\"";
  double bottom = top + step * static_cast<double>(chart.rows.size());
  Drawing drawing;
  drawing.text((times + left) / 2, 20, chart.left, bold);
  drawing.text((right + width) / 2, 20, chart.right, bold);
  for (double x : {left, right}) {
    drawing.text(x, 20, "kernel", "text-anchor=\"middle\" " + pale);
    drawing.line(x, 30, x, bottom, "stroke=\"currentColor\" stroke-opacity=\".4\"");
  }
  drawing.text((left + right) / 2, 20, "wire", "text-anchor=\"middle\" " + pale);
  double y = top;
  for (std::size_t i = 0; i < chart.rows.size(); ++i, y += step) {
    const ChartRow& row = chart.rows[i];
    drawing.text(0, y + 4, in_ms(row.at_ms), "font-size=\"11\" " + pale);
    const std::string call = "class=\"call\" font-family=\"monospace\"";
    if (!row.left.empty()) drawing.text(left - 24, y + 4, row.left, call + " text-anchor=\"end\"");
    if (!row.right.empty()) drawing.text(right + 24, y + 4, row.right, call);
    if (row.waits_from < i || row.waited_ms >= 1) {
      double begin = row.waits_from < i ? top + step * static_cast<double>(row.waits_from) - step / 2 : y - step / 2;
      drawing.bar(row.left.empty() ? right : left, begin, y, "waited " + in_ms(row.waited_ms));
      bool room = row.waited_ms >= 50 && row.wire.empty();
      if (room)
        drawing.text(
            row.left.empty() ? right - 8 : left + 8, y + 4, in_ms(row.waited_ms),
            "font-size=\"11\" text-anchor=\"" + std::string(row.left.empty() ? "end" : "start") + "\" " + pale);
    }
    if (row.left_way != Way::none)
      row.left_way == Way::right ? drawing.arrow(left - 20, left - 4, y, "currentColor")
                                 : drawing.arrow(left - 4, left - 20, y, "currentColor");
    if (row.right_way != Way::none)
      row.right_way == Way::right ? drawing.arrow(right + 4, right + 20, y, "currentColor")
                                  : drawing.arrow(right + 20, right + 4, y, "currentColor");
    if (row.wire_way != Way::none) {
      bool to_right = row.wire_way == Way::right;
      drawing.arrow(to_right ? left + 6 : right - 6, to_right ? right - 6 : left + 6, y, wire_colour);
      drawing.text(
          (left + right) / 2, y - 4,
          row.wire.size() > longest_on_the_wire ? row.wire.substr(0, longest_on_the_wire - 3) + "..." : row.wire,
          "text-anchor=\"middle\" font-size=\"12\"");
    }
  }
  std::string title = "The socket calls of " + chart.left + (chart.right == "peer" ? "" : " and " + chart.right);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" aria-label=\"" + markup(title) +
         "\" viewBox=\"0 0 " + number(width) + " " + number(bottom + 6) +
         "\" font-family=\"sans-serif\" font-size=\"13\" fill=\"currentColor\" style=\"min-width: " +
         number(0.85 * width) + "px; max-width: " + number(width) + "px; width: 100%\">\n<title>" + markup(title) +
         "</title>\n<desc>Time runs downward. Calls stand outside, packets between the two kernels. A bar is a call "
         "that waits.</desc>\n" +
         drawing.all() + "</svg>\n";
}

#include "chart.hpp"

#include <algorithm>
#include <cstdio>

#include "calls.hpp"
#include "quoted.hpp"
#include "terminal.hpp"

namespace {

std::string in_ms(double ms) {
  char text[32];
  std::snprintf(text, sizeof text, ms < 100 ? "%.2f ms" : "%.0f ms", ms);
  return text;
}

std::string size_and_bytes(const harness::RecordedCall& call) {
  std::string text = std::to_string(call.result) + (call.result == 1 ? " byte " : " bytes ") + harness::in_quotes(call.bytes.substr(0, 12));
  return call.result > 12 ? text + "..." : text;
}

std::string for_xml(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

}  // namespace

std::vector<Event> events_of(const std::vector<harness::RecordedCall>& calls, std::uint64_t start) {
  std::vector<Event> events;
  for (const harness::RecordedCall& call : calls) {
    Event event;
    event.at_ms = (static_cast<double>(call.begun) - static_cast<double>(start)) / 1e6;
    if (call.finished()) event.waited_ms = static_cast<double>(call.ended - call.begun) / 1e6;
    event.call = harness::in_words(call);
    event.call = event.call.substr(0, event.call.find("   (it took "));  // the bar says so
    bool worked = call.finished() && call.result >= 0;
    if (worked && call.sends() && call.result > 0) event = {Event::Way::out, event.at_ms, event.waited_ms, event.call, size_and_bytes(call)};
    if (worked && call.receives()) {
      event.way = Event::Way::in;
      event.wire = call.result > 0 ? size_and_bytes(call) : call.address.empty() ? "end of stream (FIN)" : "empty datagram";
    }
    if (call.name == "connect" && call.finished()) event.way = Event::Way::out, event.wire = worked ? "connection (SYN)" : "SYN, refused";
    if (call.name == "accept" && worked) event.way = Event::Way::in, event.wire = "connection (SYN)";
    if (call.name == "shutdown" && worked && call.detail != 0) event.way = Event::Way::out, event.wire = "end of stream (FIN)";
    if (call.name == "close" && worked && call.of_stream && call.asked > 0) event.way = Event::Way::out, event.wire = "reset (RST)";
    events.push_back(std::move(event));
  }
  return events;
}

std::string chart_as_text(const std::vector<Event>& events, const std::string& program) {
  constexpr std::size_t arrow = 34;
  std::size_t width = 20;
  for (const Event& event : events) width = std::max(width, std::min<std::size_t>(event.call.size(), 60));
  std::string all = "             " + padded(program, width) + "  " + padded("", arrow) + "  peer\n";
  for (const Event& event : events) {
    // A wait is a bar as long as it took, on a scale of its own.
    if (event.waited_ms >= 1) {
      std::size_t length = std::min<std::size_t>(20, 1 + static_cast<std::size_t>(event.waited_ms / 50));
      all += "             " + padded(std::string(length, '#') + " waited " + in_ms(event.waited_ms), width) + "  |\n";
    }
    std::string line = padded(in_ms(event.at_ms), 11) + "  " + padded(event.call.substr(0, width), width) + "  |";
    if (!event.wire.empty()) {
      std::string text = " " + event.wire.substr(0, arrow - 6) + " ";
      std::string dashes(arrow - 3 - std::min(arrow - 3, text.size()), '-');
      line += event.way == Event::Way::out ? "-" + text + dashes + ">|" : "<" + dashes + text + "-|";
    }
    all += line + "\n";
  }
  return all;
}

std::string chart_as_svg(const std::vector<Event>& events, const std::string& program) {
  constexpr double left = 470, right = 800, step = 30, top = 70;
  double height = top + step * static_cast<double>(events.size()) + 40;
  std::string all = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 880 " + number(height) + "\" font-family=\"sans-serif\" font-size=\"13\">\n"
                    "<title>The socket calls of " + for_xml(program) + "</title>\n"
                    "<defs><marker id=\"head\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
                    "<path d=\"M0 0L10 5L0 10z\" fill=\"#246\"/></marker></defs>\n"
                    "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
  auto text = [&](double x, double y, const std::string& what, const std::string& more) {
    all += "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" " + more + ">" + for_xml(what) + "</text>\n";
  };
  auto line = [&](double x1, double y1, double x2, double y2, const std::string& more) {
    all += "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) + "\" y2=\"" + number(y2) + "\" " + more + "/>\n";
  };
  for (double x : {left, right}) line(x, top - 20, x, height - 20, "stroke=\"#888\" stroke-dasharray=\"4 4\"");
  text(left, top - 30, program, "text-anchor=\"middle\" font-weight=\"bold\"");
  text(right, top - 30, "peer", "text-anchor=\"middle\" font-weight=\"bold\"");
  double y = top;
  for (const Event& event : events) {
    if (event.waited_ms >= 1) {
      all += "<rect x=\"" + number(left - 5) + "\" y=\"" + number(y - step + 8) + "\" width=\"10\" height=\"" + number(step - 10) + "\" fill=\"#f4b400\"><title>waited " +
             in_ms(event.waited_ms) + "</title></rect>\n";
      text(left + 10, y - 12, in_ms(event.waited_ms), "fill=\"#960\" font-size=\"11\"");
    }
    text(10, y + 4, in_ms(event.at_ms), "fill=\"#777\" font-size=\"11\"");
    text(left - 12, y + 4, event.call.substr(0, 52), "text-anchor=\"end\" font-family=\"monospace\" font-size=\"12\"");
    if (!event.wire.empty()) {
      bool out = event.way == Event::Way::out;
      line(out ? left : right, y, out ? right : left, y, "stroke=\"#246\" stroke-width=\"1.5\" marker-end=\"url(#head)\"");
      text((left + right) / 2, y - 5, event.wire, "text-anchor=\"middle\" font-size=\"12\"");
    }
    y += step;
  }
  return all + "</svg>\n";
}

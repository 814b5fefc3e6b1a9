#include "wire.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <set>
#include <vector>

#include "network.hpp"
#include "quoted.hpp"

namespace harness {
namespace {

// The kernel copies the head of every packet into this ring, so nobody has to keep up with it. When it is full, what
// comes later is not kept: 8,192 packets are more than a person reads.
constexpr std::size_t frame_size = 256, block_size = 64 * 1024, frames = 8192,
                      blocks = frames * frame_size / block_size;

char* ring = nullptr;
std::size_t first_frame = 0;
std::set<std::uint16_t> our_ports;
std::string folder_for_captures;

tpacket2_hdr* header_of(std::size_t frame) { return reinterpret_cast<tpacket2_hdr*>(ring + frame * frame_size); }

struct Packet {
  std::uint64_t when = 0;  // nanoseconds of the wall clock
  const std::uint8_t* bytes = nullptr;
  std::size_t size = 0, full_size = 0;
};

std::vector<Packet> packets() {
  std::vector<Packet> all;
  for (std::size_t i = first_frame; ring != nullptr && i < frames; ++i) {
    const tpacket2_hdr* header = header_of(i);
    if ((header->tp_status & TP_STATUS_USER) == 0) break;
    all.push_back({header->tp_sec * 1'000'000'000ULL + header->tp_nsec,
                   reinterpret_cast<const std::uint8_t*>(header) + header->tp_mac, header->tp_snaplen, header->tp_len});
  }
  return all;
}

std::uint64_t clock_now(clockid_t clock) {
  timespec time;
  ::clock_gettime(clock, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
}

// How far the wall clock, on which the kernel notes packets, is ahead of ours. Found out once, so that the same packet
// has the same time whoever asks.
std::uint64_t ahead() {
  static const std::uint64_t nanoseconds = clock_now(CLOCK_REALTIME) - clock_now(CLOCK_MONOTONIC);
  return nanoseconds;
}

// What a person wants to know of a packet.
struct Segment {
  bool good = false, tcp = false, ours = false;
  std::uint16_t from = 0, to = 0;
  std::string signs;  // "SYN", "SYN ACK" (its answer), "FIN", "RST"
  std::size_t length = 0;
  std::string data;
};

Segment dissect(const Packet& packet) {
  Segment segment;
  constexpr std::size_t link = ETH_HLEN;
  if (packet.size < link + sizeof(iphdr)) return segment;
  std::uint16_t protocol;
  std::memcpy(&protocol, packet.bytes + 12, sizeof protocol);
  const std::uint8_t* network_header = packet.bytes + link;
  std::size_t network_size = 0, payload = 0;
  int transport = 0;
  if (ntohs(protocol) == ETH_P_IP) {
    iphdr ip;
    std::memcpy(&ip, network_header, sizeof ip);
    network_size = ip.ihl * 4U;
    payload = ntohs(ip.tot_len) >= network_size && ip.tot_len != 0 ? ntohs(ip.tot_len) - network_size
                                                                   : packet.full_size - link - network_size;
    transport = ip.protocol;
  } else if (ntohs(protocol) == ETH_P_IPV6 && packet.size >= link + sizeof(ip6_hdr)) {
    ip6_hdr ip;
    std::memcpy(&ip, network_header, sizeof ip);
    network_size = sizeof ip;
    payload = ip.ip6_plen != 0 ? ntohs(ip.ip6_plen) : packet.full_size - link - network_size;
    transport = ip.ip6_nxt;
  }
  const std::uint8_t* at = network_header + network_size;
  std::size_t there = packet.size > link + network_size ? packet.size - link - network_size : 0, header_size = 0;
  if (transport == IPPROTO_TCP && there >= sizeof(tcphdr)) {
    tcphdr tcp;
    std::memcpy(&tcp, at, sizeof tcp);
    segment.tcp = true;
    segment.from = ntohs(tcp.source);
    segment.to = ntohs(tcp.dest);
    header_size = tcp.doff * 4U;
    auto sign = [&](bool set, const char* name) {
      if (set) segment.signs += (segment.signs.empty() ? "" : " ") + std::string(name);
    };
    sign(tcp.syn != 0, tcp.ack != 0 ? "SYN ACK" : "SYN");
    sign(tcp.fin != 0, "FIN");
    sign(tcp.rst != 0, "RST");
  } else if (transport == IPPROTO_UDP && there >= sizeof(udphdr)) {
    udphdr udp;
    std::memcpy(&udp, at, sizeof udp);
    segment.from = ntohs(udp.source);
    segment.to = ntohs(udp.dest);
    header_size = sizeof udp;
  } else {
    return segment;
  }
  if (payload < header_size) return segment;
  segment.good = true;
  segment.length = payload - header_size;
  if (there > header_size)
    segment.data.assign(reinterpret_cast<const char*>(at + header_size), std::min(there - header_size, segment.length));
  segment.ours = our_ports.contains(segment.from);
  return segment;
}

}  // namespace

void start_capture() {
  if (network() != Network::own) return;
  int fd = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  int version = TPACKET_V2, on = 1;
  tpacket_req request{};
  request.tp_block_size = block_size;
  request.tp_block_nr = blocks;
  request.tp_frame_size = frame_size;
  request.tp_frame_nr = frames;
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(::if_nametoindex("lo"));
  // On loopback each packet would be seen twice, when it goes and when it comes.
  bool ready = ::setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) == 0 &&
               ::setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) == 0 &&
               ::setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) == 0;
  void* mapped = ready ? ::mmap(nullptr, block_size * blocks, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
  if (mapped == MAP_FAILED || ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd);
    return;
  }
  ring = static_cast<char*>(mapped);  // the descriptor stays open with the process
}

void restart_capture() {
  our_ports.clear();
  while (ring != nullptr && first_frame < frames && (header_of(first_frame)->tp_status & TP_STATUS_USER) != 0)
    ++first_frame;
}

void is_our_port(std::uint16_t port) { our_ports.insert(port); }

std::string packets_in_words(std::uint64_t start, std::uint64_t until, std::size_t most) {
  struct Line {
    std::uint64_t when;
    std::string key, text;
    std::size_t count, bytes;
  };
  std::vector<Line> lines;
  std::set<std::uint16_t> peers;
  std::vector<std::pair<std::uint64_t, Segment>> segments;
  for (const Packet& packet : packets()) {
    Segment segment = dissect(packet);
    std::uint64_t when = packet.when - ahead();
    // A bare acknowledgement says nothing that a person asks for.
    if (!segment.good || (segment.tcp && segment.length == 0 && segment.signs.empty()) || when > until) continue;
    peers.insert(segment.ours ? segment.from : segment.to);
    segments.emplace_back(when, std::move(segment));
  }
  for (const auto& [when, segment] : segments) {
    std::string port =
        peers.size() > 1 ? " (port " + std::to_string(segment.ours ? segment.from : segment.to) + ")" : "";
    std::string way = (segment.ours ? "we -> it" : "it -> we") + port;
    if (!segment.ours && !our_ports.contains(segment.to))
      way = "port " + std::to_string(segment.from) + " -> " + std::to_string(segment.to);
    if (segment.signs.empty() && !lines.empty() && lines.back().key == way && segment.tcp) {
      ++lines.back().count;
      lines.back().bytes += segment.length;
      continue;
    }
    std::string what = segment.signs;
    if (segment.length > 0 || !segment.tcp)
      what += (what.empty() ? "" : ", ") + harness::in_quotes(segment.data.substr(0, 24)) +
              (segment.data.size() > 24 || segment.length > segment.data.size() ? "..." : "");
    lines.push_back({when, segment.signs.empty() ? way : "", way + "   " + what, 1, segment.length});
  }
  std::size_t skipped = lines.size() > most ? lines.size() - most : 0;
  std::string all = skipped > 0 ? "(" + std::to_string(skipped) + " earlier)" : "";
  for (std::size_t i = skipped; i < lines.size(); ++i) {
    char time[32];
    std::snprintf(time, sizeof time, "%7.2f ms   ",
                  (static_cast<double>(lines[i].when) - static_cast<double>(start)) / 1e6);
    all += (all.empty() ? "" : "\n") + std::string(time) + lines[i].text;
    if (lines[i].count > 1)
      all += "   " + std::to_string(lines[i].count) + " packets, " + std::to_string(lines[i].bytes) + " bytes";
  }
  return all;
}

std::vector<SeenPacket> seen_packets() {
  std::vector<SeenPacket> all;
  for (const Packet& packet : packets()) {
    Segment segment = dissect(packet);
    if (!segment.good || (segment.tcp && segment.length == 0 && segment.signs.empty())) continue;
    all.push_back({packet.when - ahead(), segment.from, segment.to, segment.signs, segment.data, segment.length});
  }
  return all;
}

bool write_capture(const std::string& path) {
  std::vector<Packet> all = packets();
  std::FILE* file = all.empty() ? nullptr : std::fopen(path.c_str(), "wbe");
  if (file == nullptr) return false;
  auto word = [file](std::uint32_t value) { std::fwrite(&value, sizeof value, 1, file); };
  word(0xa1b23c4d);   // with nanoseconds
  word(2 | 4 << 16);  // version 2.4
  word(0);
  word(0);
  word(frame_size);
  word(1);  // Ethernet, which is how loopback dresses up
  for (const Packet& packet : all) {
    word(static_cast<std::uint32_t>(packet.when / 1'000'000'000));
    word(static_cast<std::uint32_t>(packet.when % 1'000'000'000));
    word(static_cast<std::uint32_t>(packet.size));
    word(static_cast<std::uint32_t>(packet.full_size));
    std::fwrite(packet.bytes, 1, packet.size, file);
  }
  return std::fclose(file) == 0;
}

void set_captures_folder(std::string folder) { folder_for_captures = std::move(folder); }
const std::string& captures_folder() { return folder_for_captures; }

}  // namespace harness

#include "multicast.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>
#include <system_error>

#include "clock.hpp"
#include "network.hpp"
#include "process_tree.hpp"
#include "quoted.hpp"
#include "random.hpp"
#include "sockets.hpp"
#include "story.hpp"

namespace harness {
namespace {

template <class Value>
bool set(int fd, int level, int option, const Value& value) {
  return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

template <class Value>
void must_set(int fd, int level, int option, const Value& value, const char* what) {
  if (!set(fd, level, option, value)) throw std::system_error(errno, std::system_category(), what);
}

in_addr four(const std::string& host) {
  in_addr address{};
  ::inet_pton(AF_INET, host.c_str(), &address);
  return address;
}

// A descriptor that closes itself.
struct OwnedSocket {
  int fd;
  explicit OwnedSocket(int number) : fd(number) {}
  ~OwnedSocket() {
    if (fd >= 0) ::close(fd);
  }
  OwnedSocket(const OwnedSocket&) = delete;
  OwnedSocket& operator=(const OwnedSocket&) = delete;
};

// A request to the kernel's routing tables (netlink(7), rtnetlink(7)): a header, a body, attributes.
class NetlinkRequest {
 public:
  template <class Body>
  NetlinkRequest(std::uint16_t type, const Body& body) {
    header()->nlmsg_type = type;
    header()->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    header()->nlmsg_len = NLMSG_LENGTH(sizeof body);
    std::memcpy(NLMSG_DATA(header()), &body, sizeof body);
  }

  // \returns where the attribute begins, for one that holds others
  std::size_t add(std::uint16_t type, const void* data, std::size_t size) {
    std::size_t start = NLMSG_ALIGN(header()->nlmsg_len);
    rtattr attribute{static_cast<std::uint16_t>(RTA_LENGTH(size)), type};
    std::memcpy(bytes_.data() + start, &attribute, sizeof attribute);
    if (size > 0) std::memcpy(bytes_.data() + start + RTA_LENGTH(0), data, size);
    header()->nlmsg_len = static_cast<std::uint32_t>(start + RTA_ALIGN(RTA_LENGTH(size)));
    return start;
  }

  void close_nest(std::size_t start) {
    auto length = static_cast<std::uint16_t>(header()->nlmsg_len - start);
    std::memcpy(bytes_.data() + start, &length, sizeof length);
  }

  bool send() {
    OwnedSocket socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (::send(socket.fd, bytes_.data(), header()->nlmsg_len, 0) < 0) return false;
    alignas(nlmsghdr) std::array<char, 4096> answer;
    if (::recv(socket.fd, answer.data(), answer.size(), 0) < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr))))
      return false;
    auto* error = static_cast<nlmsgerr*>(NLMSG_DATA(reinterpret_cast<nlmsghdr*>(answer.data())));
    errno = -error->error;
    return error->error == 0 || error->error == -EEXIST;
  }

 private:
  nlmsghdr* header() { return reinterpret_cast<nlmsghdr*>(bytes_.data()); }
  alignas(nlmsghdr) std::array<char, 512> bytes_{};
};

bool make_link(const char* kind) {
  ifinfomsg body{};
  body.ifi_family = AF_UNSPEC;
  NetlinkRequest request(RTM_NEWLINK, body);
  request.add(IFLA_IFNAME, "labs", 5);
  std::size_t info = request.add(IFLA_LINKINFO, nullptr, 0);
  request.add(IFLA_INFO_KIND, kind, std::strlen(kind));
  request.close_nest(info);
  return request.send();
}

bool bring_up(int fd, const char* name) {
  ifreq request{};
  std::strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
  request.ifr_flags = IFF_UP | IFF_RUNNING | IFF_MULTICAST;
  return ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
}

// A pair of interfaces has its other end here too, under a name of the kernel's choice; without it there is no carrier.
void bring_all_up(int fd) {
  struct if_nameindex* all = ::if_nameindex();
  if (all == nullptr) return;
  for (auto* entry = all; entry->if_index != 0; ++entry)
    if (std::strcmp(entry->if_name, "lo") != 0) bring_up(fd, entry->if_name);
  ::if_freenameindex(all);
}

bool give_address(int fd, const std::string& address) {
  ifreq request{};
  std::strcpy(request.ifr_name, "labs");
  auto* in = reinterpret_cast<sockaddr_in*>(&request.ifr_addr);
  in->sin_family = AF_INET;
  in->sin_addr = four(address);
  return ::ioctl(fd, SIOCSIFADDR, &request) == 0;
}

bool route_groups_to_loopback(int fd) {
  rtentry route{};
  auto fill = [](sockaddr& place, const char* address) {
    auto* in = reinterpret_cast<sockaddr_in*>(&place);
    in->sin_family = AF_INET;
    in->sin_addr = four(address);
  };
  fill(route.rt_dst, "224.0.0.0");
  fill(route.rt_genmask, "240.0.0.0");
  char device[] = "lo";
  route.rt_dev = device;
  route.rt_flags = RTF_UP;
  return ::ioctl(fd, SIOCADDRT, &route) == 0 || errno == EEXIST;
}

// Where a member on loopback hears what we send to its group.
bool groups_work(const std::string& group, const std::string& interface) {
  try {
    Audience member("a trial", {group, free_udp_port()});
    member.join(interface);
    UdpPeer we("a trial", interface);  // 127.0.0.1 would not be believed anywhere but on loopback
    may_send_to_many(we, interface);
    SocketAddress to = to_address(group, member.where().port);
    if (::sendto(we.fd(), "x", 1, 0, to.get(), to.length) != 1) return false;
    return member.peer().receive_within(Milliseconds(500)).ending == Ending::more;
  } catch (const std::system_error&) {
    return false;
  }
}

// "missed 3" is not said by "missed 31", nor by "missed 3-5".
bool ends_there(const std::string& text, std::size_t at) {
  auto is_digit = [&text](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  bool range = at < text.size() && text[at] == '-' && is_digit(at + 1);
  return !is_digit(at) && !range;
}

}  // namespace

std::string random_group() {
  static std::random_device device;
  std::uniform_int_distribution<int> byte(1, 254);
  std::string group = "239";  // for private use
  for (int i = 0; i < 3; ++i) group += "." + std::to_string(byte(device));
  return group;
}

std::uint16_t free_udp_port() {
  static std::random_device device;
  std::uniform_int_distribution<int> below_the_ephemeral(10'000, 29'999);
  for (int i = 0; i < 1000; ++i) {
    auto port = static_cast<std::uint16_t>(below_the_ephemeral(device));
    SocketAddress any = to_address("0.0.0.0", port);
    OwnedSocket trial(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (::bind(trial.fd, any.get(), any.length) == 0) return port;
  }
  throw std::runtime_error("no UDP port is free");
}

void need_multicast() {
  if (!groups_work(random_group(), loopback)) SKIP("datagrams to a group do not arrive on this machine's loopback");
}

std::string second_interface() {
  if (network() != Network::own) SKIP("a second interface can be made in a private network only");
  const std::string address = "10.83.0.1";
  OwnedSocket control(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!make_link("dummy") && !make_link("veth")) SKIP("this machine can make no second interface");
  bring_all_up(control.fd);
  if (!give_address(control.fd, address) || !route_groups_to_loopback(control.fd))
    SKIP("the second interface cannot be used");
  bring_all_up(control.fd);
  if (!groups_work(random_group(), address)) SKIP("the second interface does not carry groups");
  return address;
}

void note_details(const UdpPeer& peer) {
  set(peer.fd(), SOL_SOCKET, SO_TIMESTAMPNS, 1);
  set(peer.fd(), IPPROTO_IP, IP_RECVTTL, 1);
}

Heard hear(UdpPeer& peer, Milliseconds limit) {
  Heard heard;
  heard.wanted = Ending::more;
  Deadline deadline(limit);
  while (wait_for(peer.fd(), POLLIN, deadline)) {
    std::array<char, 65536> buffer;
    alignas(cmsghdr) std::array<char, 512> notes;
    SocketAddress from;
    iovec into{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_name = from.get();
    message.msg_namelen = from.length;
    message.msg_iov = &into;
    message.msg_iovlen = 1;
    message.msg_control = notes.data();
    message.msg_controllen = notes.size();
    ssize_t n = ::recvmsg(peer.fd(), &message, 0);
    if (n < 0) continue;
    heard.when = std::chrono::steady_clock::now();
    heard.bytes.assign(buffer.data(), static_cast<std::size_t>(n));
    heard.ending = Ending::more;
    heard.from = from.endpoint();
    for (cmsghdr* note = CMSG_FIRSTHDR(&message); note != nullptr; note = CMSG_NXTHDR(&message, note)) {
      if (note->cmsg_level == SOL_SOCKET && note->cmsg_type == SCM_TIMESTAMPNS) {
        timespec time;
        std::memcpy(&time, CMSG_DATA(note), sizeof time);
        heard.arrived = std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
      } else if (note->cmsg_level == IPPROTO_IP && note->cmsg_type == IP_TTL) {
        std::memcpy(&heard.hops, CMSG_DATA(note), sizeof heard.hops);
      }
    }
    break;
  }
  Story::current().step("we received", heard.ending == Ending::more
                                           ? in_quotes(heard.bytes) + " from " + in_words(heard.from)
                                           : std::string(name(heard.ending)));
  return heard;
}

void may_send_to_many(const UdpPeer& peer, const std::string& interface) {
  must_set(peer.fd(), SOL_SOCKET, SO_BROADCAST, 1, "SO_BROADCAST");
  must_set(peer.fd(), IPPROTO_IP, IP_MULTICAST_IF, four(interface), "IP_MULTICAST_IF");
}

void join(const UdpPeer& peer, const std::string& group, const std::string& interface) {
  ip_mreq request{four(group), four(interface)};
  must_set(peer.fd(), IPPROTO_IP, IP_ADD_MEMBERSHIP, request, "IP_ADD_MEMBERSHIP");
}

void open_again(const UdpPeer& peer) {
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  if (::connect(peer.fd(), &nobody, sizeof nobody) != 0)
    throw std::system_error(errno, std::system_category(), "connect");
}

// Both ways of sharing a port are asked for, so that a program may use either of them.
Audience::Audience(std::string name, const Endpoint& where) : peer_(std::move(name), "0.0.0.0"), where_(where) {
  // UdpPeer has a port of its own already; this descriptor takes its place.
  OwnedSocket socket(new_socket(AF_INET, SOCK_DGRAM));
  must_set(socket.fd, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
  must_set(socket.fd, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
  set(socket.fd, SOL_SOCKET, SO_RCVBUF, 4 * 1024 * 1024);
  SocketAddress address = to_address(where.host, where.port);
  if (::bind(socket.fd, address.get(), address.length) != 0)
    throw std::system_error(errno, std::system_category(), "the test's own UDP socket");
  where_.port = local_address(socket.fd).port();
  // Without this Linux gives to one member what arrives for another.
  set(socket.fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
  ::dup3(socket.fd, peer_.fd(), O_CLOEXEC);
  note_details(peer_);
}

Audience& Audience::join(const std::string& interface) {
  harness::join(peer_, where_.host, interface);
  return *this;
}

bool receives_at(Program& program, std::uint16_t port) {
  Deadline deadline(patience());
  // Nothing tells us when /proc changes, so this looks again.
  for (; program.state().kind == Exit::Kind::running && !deadline.passed(); ::usleep(1000)) {
    auto address = receiving_socket(program.pid());
    if (!address || !address->ends_with(":" + std::to_string(port))) continue;
    program.wait_until_idle();  // what it does after bind, such as to join a group, is done too
    if (program.state().kind == Exit::Kind::running) return true;
  }
  bool running = program.state().kind == Exit::Kind::running;
  Story::current().mismatch(
      "a UDP socket that receives at port " + std::to_string(port),
      running ? "it has none: is it bound?" : "the program ended (" + in_words(program.state()) + ")");
  if (running) Story::current().conclude(State::timed_out);
  return false;
}

std::size_t refused_datagrams() {
  std::ifstream file("/proc/self/net/snmp");
  std::string names, values;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("Udp: ")) continue;
    (names.empty() ? names : values) = line;
  }
  std::istringstream name_words(names), value_words(values);
  for (std::string word, value; name_words >> word && value_words >> value;)
    if (word == "NoPorts") return std::stoul(value);
  return 0;
}

bool has_said(const Program& program, const std::string& text) {
  std::string errors = program.errors();
  for (std::size_t at = errors.find(text); at != std::string::npos; at = errors.find(text, at + 1))
    if (ends_there(errors, at + text.size())) return true;
  return false;
}

bool says(const Program& program, const std::string& text) {
  Deadline deadline(patience());
  while (!has_said(program, text) && program.state().kind == Exit::Kind::running && !deadline.passed()) ::usleep(1000);
  if (has_said(program, text)) return true;
  std::string errors = program.errors();
  Story::current().mismatch("a line on stderr that says " + in_quotes(text),
                            errors.empty() ? "nothing on stderr" : in_quotes(errors, 200));
  return false;
}

}  // namespace harness

#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness.hpp"

/// What retry_client sends, taken apart.

/// True when it is `ID MESSAGE` with an id of eight hex digits; tells the story if not.
bool is_try(const harness::Datagram& datagram, const std::string& message);

/// True when there are `count` of them and all have the same id; tells the story if not.
bool are_tries(const std::vector<harness::Datagram>& datagrams, std::size_t count, const std::string& message);

/// Every datagram that comes until the programs have ended.
std::vector<harness::Datagram> tries_until_end(const harness::UdpPeer& peer);

/// True when `ids` are so many; tells the story if not.
bool all_differ(const std::set<std::string>& ids, std::size_t count);

/// True when they do not all begin with the same four digits, as numbers that count up do.
bool look_random(const std::set<std::string>& ids);

/// Eight hex digits that are not `id`.
std::string other_id(const std::string& id);

/// Sends from the server's port number, but from another address of this machine.
void send_from_same_port(const std::string& host, std::uint16_t port, const harness::Endpoint& to,
                         std::string_view bytes);

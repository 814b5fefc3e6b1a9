#pragma once
#include <string>

namespace harness {

/// Where the test and the programs under test meet.
enum class Network {
  own,     ///< a network namespace of this process: nothing clashes, nothing leaves the machine
  shared,  ///< the machine's own loopback, on ports that the system chooses
};

/// Moves this process into a user and network namespace of its own with loopback up, where the system lets an
/// ordinary user do so (user_namespaces(7)). Containers and some distributions forbid it.
///
/// Must be called before the process has threads.
/// \returns the network that is in use from now on
Network enter_private_network();

/// For a process that is in fresh namespaces already: brings its loopback up.
Network settle_in_private_network();

/// The network in use; `shared` until enter_private_network() has succeeded.
Network network();

/// Why the private network could not be made, or empty.
const std::string& why_shared();

/// A name that has both ::1 and 127.0.0.1, in that order: in a private network, of our own making; otherwise
/// `localhost`, which may have only one of them.
std::string name_with_two_addresses();

/// True when that name really has both here.
bool have_name_with_two_addresses();

/// A name that has 127.0.0.1 and then an address to which no route leads (ENETUNREACH); empty outside of a private
/// network.
std::string name_whose_last_address_is_unreachable();

/// True when the loopback interface has ::1.
bool have_ipv6();

}  // namespace harness

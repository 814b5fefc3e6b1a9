// Runs in a private network where there is one: there, a name has the two addresses that we gave it.
#include <catch2/catch_session.hpp>

#include "network.hpp"

int main(int argc, char* argv[]) {
  harness::enter_private_network();
  return Catch::Session().run(argc, argv);
}

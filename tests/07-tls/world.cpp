#include "world.hpp"

#include <unistd.h>

#include <algorithm>
#include <regex>

using namespace harness;

namespace {

bool says(const std::string& errors, const std::string& pattern) {
  std::string lower = errors;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::regex_search(lower, std::regex(pattern));
}

bool complain_about(const Program& program, const std::string& cause) {
  std::string errors = program.errors();
  Story::current().mismatch("stderr names the cause: " + cause,
                            errors.empty() ? "nothing on stderr" : in_quotes(errors, 300));
  return false;
}

}  // namespace

TlsPeer meet(Program& server, const TlsSettings& settings, const std::string& name) {
  return TlsPeer::client(Peer::connect(server.listening_on(), name), settings);
}

bool serves(Program& server, const World& world, const std::string& name) {
  TlsPeer client = meet(server, world.as_client(), name);
  std::string message = random_text(8);
  return client.exchange(message) == "Echo: " + message;
}

bool names_cause(Program& program, const std::string& cause, const std::string& pattern) {
  program.exit_status();
  return says(program.errors(), pattern) || complain_about(program, cause);
}

bool remarks(Program& program, const std::string& cause, const std::string& pattern) {
  Deadline deadline(patience());
  // Nothing tells when a program has written, so this looks again until it has.
  for (; !deadline.passed() && program.state().kind == Exit::Kind::running; ::usleep(2000))
    if (says(program.errors(), pattern)) return true;
  return says(program.errors(), pattern) || complain_about(program, cause);
}

bool refuses(const World& world, const Identity& theirs, const std::string& name, const std::string& cause,
             const std::string& pattern) {
  Listener us;
  std::string message = "secret " + random_text(20);
  Program client("tls_echo_client", world.talking_to(us, message, name));
  TlsPeer connection = TlsPeer::server(us.accept(), World::as_server(theirs));
  return connection.hears_no_data(message) && client.exit_status() == 1 && names_cause(client, cause, pattern);
}

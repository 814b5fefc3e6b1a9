#pragma once
#include <string>
#include <vector>

#include "harness.hpp"
#include "tls.hpp"

/// Random bytes that are no beginning of a record. The second byte of each is 3 (of the version), and the first of an
/// old hello has its highest bit set (SSL 2); who has read either waits for as much as the length says.
inline std::string random_bytes_of_no_record(std::size_t count) {
  std::string bytes = harness::random_bytes(count);
  bytes[0] = static_cast<char>(bytes[0] & 0x7f);
  if (bytes[1] == 3) bytes[1] = 4;
  return bytes;
}

/// What most tests of lab 07 begin with: an authority, a server's certificate, and their files.
struct World {
  harness::TemporaryFolder folder;
  harness::Identity root = harness::Identity::root();
  harness::Identity server = root.issue({});
  std::string ca = folder.write("ca.pem", root.certificate_pem());
  std::string certificate = folder.write("server.pem", server.chain_pem());
  std::string key = folder.write("server.key", server.key_pem());

  /// The arguments of tls_echo_server on 127.0.0.1 with this certificate.
  std::vector<std::string> served() const { return {"127.0.0.1", "0", certificate, key}; }

  /// The arguments of tls_echo_client that lead to `us`, trusting this authority.
  std::vector<std::string> talking_to(const harness::Listener& us, const std::string& message,
                                      const std::string& name = "") const {
    std::vector<std::string> all{us.host(), us.port(), message, ca};
    if (!name.empty()) all.push_back(name);
    return all;
  }

  /// A system on which OpenSSL offers and accepts versions older than 1.2 wherever a program does not say otherwise.
  harness::Options where_old_versions_are_allowed() {
    harness::Options options;
    options.environment = {"OPENSSL_CONF=" + folder.write("openssl.cnf",
                                                          "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\n"
                                                          "system_default = old\n[old]\nMinProtocol = TLSv1\n"
                                                          "CipherString = ALL:@SECLEVEL=0\n")};
    return options;
  }

  /// Our side of a connection: a client that trusts this authority; a server with this certificate, or another.
  harness::TlsSettings as_client() const {
    harness::TlsSettings settings;
    settings.trusted = &root;
    return settings;
  }
  harness::TlsSettings as_server() const { return as_server(server); }
  static harness::TlsSettings as_server(const harness::Identity& identity) {
    harness::TlsSettings settings;
    settings.own = &identity;
    return settings;
  }
};

inline void chapter(const std::string& heading) { harness::read_about("docs/07-tls.md \"" + heading + "\""); }

/// A new connection to `server` that speaks TLS.
harness::TlsPeer meet(harness::Program& server, const harness::TlsSettings& settings, const std::string& name = "we");

/// True when a new client of `server` is served from handshake to close_notify.
bool serves(harness::Program& server, const World& world, const std::string& name = "the next");

/// True when something on stderr matches `pattern` (lower case; everything there is read as such). Waits until the
/// program has ended. `cause` says in words what is looked for.
bool names_cause(harness::Program& program, const std::string& cause, const std::string& pattern);

/// The same for a program that goes on: waits until it says so.
bool remarks(harness::Program& program, const std::string& cause, const std::string& pattern);

/// True when the client, meeting `theirs` under `name`, ends with 1 and a word for the cause, and no data came.
bool refuses(const World& world, const harness::Identity& theirs, const std::string& name, const std::string& cause,
             const std::string& pattern);

/// The causes of a refusal, as people word them.
namespace cause {
inline const std::string expired = "expir|out of date|outdated|no longer valid|not ?after|too old";
inline const std::string not_yet =
    "not (yet|already) valid|not ?before|yet valid|in the future|valid (only )?(from|after)|too early|not.{0,20}yet";
inline const std::string mismatch =
    "mismatch|match|host ?name|wrong (host|name|address)|(issued|made out|made|valid) (for|to)|other (host|name)";
inline const std::string self_signed = "self.?sign";
inline const std::string unknown = "issue|unknown|unable to get|trust|authorit|first certificate|sign|chain|not found";
}  // namespace cause

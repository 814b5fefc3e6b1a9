#pragma once
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// Certificates made afresh for each test: nothing is kept in the project, and nothing in it can run out.
namespace harness {

/// What a certificate says.
struct Subject {
  /// What its key is; `weak_rsa` has too few bits for anybody to accept.
  enum class Key { p256, ed25519, weak_rsa };

  std::string common_name = "localhost";                   ///< the subject; nobody should look at it
  std::vector<std::string> names{"localhost"};             ///< as subject alternative names, DNS
  std::vector<std::string> addresses{"127.0.0.1", "::1"};  ///< as subject alternative names, IP
  std::chrono::seconds from{-3600};                        ///< when it begins to be valid, counted from now
  std::chrono::seconds until{30 * 24 * 3600};              ///< when it ends, counted from now
  bool authority = false;                                  ///< may sign others
  bool for_servers = true;                                 ///< otherwise for clients only
  Key key = Key::p256;                                     ///< what to make
};

/// A certificate with its key and the certificates above it, without the root.
///
/// It signs others with `issue`, also when it has no right to.
class Identity {
 public:
  /// A certificate that signs itself: a root if `subject.authority`.
  static Identity self_signed(const Subject& subject);

  /// The root of a test's own little world.
  static Identity root(const std::string& name = "Socket Labs test authority");

  /// A certificate for `subject` signed by this one.
  Identity issue(const Subject& subject) const;

  /// `whole` without the certificates above it.
  static Identity without_chain(const Identity& whole);

  /// As files hold them.
  std::string certificate_pem() const;  ///< the certificate alone
  std::string chain_pem() const;        ///< the certificate, then those above it
  std::string key_pem() const;          ///< the private key, without a password

  X509* certificate() const { return certificate_.get(); }                    ///< For OpenSSL's calls; it stays ours.
  EVP_PKEY* key() const { return key_.get(); }                                ///< Likewise.
  const std::vector<std::shared_ptr<X509>>& above() const { return above_; }  ///< Those above it, without the root.

 private:
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
  std::vector<std::shared_ptr<X509>> above_;
  bool is_root_ = false;
};

/// A folder for a test's files, which goes with this object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  /// Writes a file, replacing one of that name.
  /// \returns its path
  std::string write(const std::string& name, std::string_view content) const;

  /// The path of a file, whether or not there is one.
  std::string path_of(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace harness

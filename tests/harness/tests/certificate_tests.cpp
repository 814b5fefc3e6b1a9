// The certificates that tests make are as bad as they are meant to be, and in no other way.
#include <openssl/x509v3.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <memory>

#include "certificates.hpp"

using namespace harness;

namespace {

// What OpenSSL finds, for a server called localhost.
int verdict(const Identity& root, const Identity& theirs, int level = 1) {
  std::unique_ptr<X509_STORE, decltype(&::X509_STORE_free)> store(::X509_STORE_new(), &::X509_STORE_free);
  std::unique_ptr<X509_STORE_CTX, decltype(&::X509_STORE_CTX_free)> context(::X509_STORE_CTX_new(),
                                                                            &::X509_STORE_CTX_free);
  ::X509_STORE_add_cert(store.get(), root.certificate());
  STACK_OF(X509)* above = sk_X509_new_null();
  for (const auto& one : theirs.above()) sk_X509_push(above, one.get());
  ::X509_STORE_CTX_init(context.get(), store.get(), theirs.certificate(), above);
  ::X509_STORE_CTX_set_default(context.get(), "ssl_server");
  ::X509_VERIFY_PARAM_set1_host(::X509_STORE_CTX_get0_param(context.get()), "localhost", 0);
  ::X509_VERIFY_PARAM_set_auth_level(::X509_STORE_CTX_get0_param(context.get()), level);
  ::X509_verify_cert(context.get());
  sk_X509_free(above);
  return ::X509_STORE_CTX_get_error(context.get());
}

}  // namespace

TEST_CASE("Good certificates are good") {
  Identity root = Identity::root();
  Subject between;
  between.authority = true;
  between.common_name = "between";
  CHECK(verdict(root, root.issue({})) == X509_V_OK);
  CHECK(verdict(root, root.issue(between).issue({})) == X509_V_OK);
}

TEST_CASE("Bad certificates are bad for the reason that is wanted") {
  Identity root = Identity::root();
  Subject subject;
  SECTION("expired") {
    subject.until = std::chrono::seconds(-60);
    CHECK(verdict(root, root.issue(subject)) == X509_V_ERR_CERT_HAS_EXPIRED);
  }
  SECTION("not yet valid") {
    subject.from = std::chrono::hours(1);
    CHECK(verdict(root, root.issue(subject)) == X509_V_ERR_CERT_NOT_YET_VALID);
  }
  SECTION("another host, whatever the common name says") {
    subject.names = {"elsewhere.test"};
    CHECK(verdict(root, root.issue(subject)) == X509_V_ERR_HOSTNAME_MISMATCH);
  }
  SECTION("self-signed") {
    CHECK(verdict(root, Identity::self_signed(subject)) == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
  }
  SECTION("unknown authority") {
    CHECK(verdict(root, Identity::root("another").issue(subject)) == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  }
  SECTION("without the chain") {
    Subject between;
    between.authority = true;
    between.common_name = "between";
    Identity alone = Identity::without_chain(root.issue(between).issue(subject));
    CHECK(verdict(root, alone) == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  }
  SECTION("for clients only") {
    subject.for_servers = false;
    CHECK(verdict(root, root.issue(subject)) == X509_V_ERR_INVALID_PURPOSE);
  }
  SECTION("signed by a leaf") {
    Subject other;
    other.common_name = "a leaf";
    CHECK(verdict(root, root.issue(other).issue(subject)) != X509_V_OK);
  }
  SECTION("a weak key") {
    subject.key = Subject::Key::weak_rsa;
    CHECK(verdict(root, root.issue(subject)) == X509_V_ERR_EE_KEY_TOO_SMALL);
    CHECK(verdict(root, root.issue(subject), 0) == X509_V_OK);
  }
}

TEST_CASE("A temporary folder goes with its files") {
  std::string path;
  {
    TemporaryFolder folder;
    path = folder.write("a.pem", "text");
    CHECK(std::filesystem::exists(path));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

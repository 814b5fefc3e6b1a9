#include "certificates.hpp"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "apart.hpp"

namespace harness {
namespace {

void require(bool worked, const char* what) {
  if (worked) return;
  char reason[256];
  ::ERR_error_string_n(::ERR_get_error(), reason, sizeof reason);
  throw std::runtime_error(std::string("the test's own certificates: ") + what + ": " + reason);
}

// OpenSSL 3 has EVP_EC_gen and EVP_RSA_gen for this; the long way also works with 1.1.1.
EVP_PKEY* new_key(Subject::Key kind) {
  int id = kind == Subject::Key::p256 ? EVP_PKEY_EC : kind == Subject::Key::ed25519 ? EVP_PKEY_ED25519 : EVP_PKEY_RSA;
  std::unique_ptr<EVP_PKEY_CTX, decltype(&::EVP_PKEY_CTX_free)> context(::EVP_PKEY_CTX_new_id(id, nullptr),
                                                                        &::EVP_PKEY_CTX_free);
  EVP_PKEY* key = nullptr;
  require(context && ::EVP_PKEY_keygen_init(context.get()) == 1, "EVP_PKEY_keygen_init");
  if (id == EVP_PKEY_EC)
    require(::EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context.get(), NID_X9_62_prime256v1) == 1, "P-256");
  if (id == EVP_PKEY_RSA) require(::EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), 768) == 1, "RSA");
  require(::EVP_PKEY_keygen(context.get(), &key) == 1, "EVP_PKEY_keygen");
  return key;
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  ::X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = ::X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  require(extension != nullptr && ::X509_add_ext(certificate, extension, -1) == 1, value.c_str());
  ::X509_EXTENSION_free(extension);
}

std::string alternative_names(const Subject& subject) {
  std::string all;
  for (const std::string& name : subject.names) all += ",DNS:" + name;
  for (const std::string& address : subject.addresses) all += ",IP:" + address;
  return all.empty() ? all : all.substr(1);
}

void set_name(X509* certificate, const std::string& common_name) {
  X509_NAME* name = ::X509_get_subject_name(certificate);
  auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
  require(::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1, "name");
}

// Everything but issuer and signature.
X509* unsigned_certificate(const Subject& subject, EVP_PKEY* key) {
  X509* certificate = ::X509_new();
  require(certificate != nullptr && ::X509_set_version(certificate, 2) == 1, "X509_new");
  unsigned char serial[8];
  require(::RAND_bytes(serial, sizeof serial) == 1, "serial number");
  serial[0] &= 0x7f;
  std::unique_ptr<BIGNUM, decltype(&::BN_free)> number(::BN_bin2bn(serial, sizeof serial, nullptr), &::BN_free);
  require(::BN_to_ASN1_INTEGER(number.get(), ::X509_get_serialNumber(certificate)) != nullptr, "serial number");
  ::X509_gmtime_adj(::X509_getm_notBefore(certificate), subject.from.count());
  ::X509_gmtime_adj(::X509_getm_notAfter(certificate), subject.until.count());
  require(::X509_set_pubkey(certificate, key) == 1, "public key");
  set_name(certificate, subject.common_name);
  return certificate;
}

void add_extensions(X509* certificate, X509* issuer, const Subject& subject) {
  add_extension(certificate, issuer, NID_basic_constraints,
                subject.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  add_extension(certificate, issuer, NID_key_usage,
                subject.authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
  add_extension(certificate, issuer, NID_authority_key_identifier, "keyid");
  if (subject.authority) return;
  add_extension(certificate, issuer, NID_ext_key_usage, subject.for_servers ? "serverAuth" : "clientAuth");
  if (std::string names = alternative_names(subject); !names.empty())
    add_extension(certificate, issuer, NID_subject_alt_name, names);
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* key) {
  require(::X509_set_issuer_name(certificate, ::X509_get_subject_name(issuer)) == 1, "issuer");
  const EVP_MD* digest = ::EVP_PKEY_base_id(key) == EVP_PKEY_ED25519 ? nullptr : ::EVP_sha256();
  require(::X509_sign(certificate, key, digest) > 0, "signature");
}

template <class Write>
std::string pem(Write write) {
  std::unique_ptr<BIO, decltype(&::BIO_free)> memory(::BIO_new(::BIO_s_mem()), &::BIO_free);
  require(memory && write(memory.get()) == 1, "PEM");
  char* text = nullptr;
  long length = BIO_get_mem_data(memory.get(), &text);
  return std::string(text, static_cast<std::size_t>(length));
}

std::string pem_of(X509* certificate) {
  return pem([certificate](BIO* out) { return ::PEM_write_bio_X509(out, certificate); });
}

}  // namespace

Identity Identity::self_signed(const Subject& subject) {
  Identity made;
  made.key_.reset(new_key(subject.key), ::EVP_PKEY_free);
  made.certificate_.reset(unsigned_certificate(subject, made.key()), ::X509_free);
  made.is_root_ = true;
  add_extensions(made.certificate(), made.certificate(), subject);
  sign(made.certificate(), made.certificate(), made.key());
  return made;
}

Identity Identity::root(const std::string& name) {
  Subject subject;
  subject.common_name = name;
  subject.authority = true;
  return self_signed(subject);
}

Identity Identity::issue(const Subject& subject) const {
  Identity made;
  made.key_.reset(new_key(subject.key), ::EVP_PKEY_free);
  made.certificate_.reset(unsigned_certificate(subject, made.key()), ::X509_free);
  add_extensions(made.certificate(), certificate(), subject);
  sign(made.certificate(), certificate(), key());
  if (!is_root_) {
    made.above_.push_back(certificate_);
    made.above_.insert(made.above_.end(), above_.begin(), above_.end());
  }
  return made;
}

Identity Identity::without_chain(const Identity& whole) {
  Identity alone = whole;
  alone.above_.clear();
  return alone;
}

std::string Identity::certificate_pem() const { return pem_of(certificate()); }

std::string Identity::chain_pem() const {
  std::string all = certificate_pem();
  for (const auto& one : above_) all += pem_of(one.get());
  return all;
}

std::string Identity::key_pem() const {
  return pem(
      [this](BIO* out) { return ::PEM_write_bio_PrivateKey(out, key(), nullptr, nullptr, 0, nullptr, nullptr); });
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = std::filesystem::temp_directory_path().string() + "/certificates-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("the test's own folder cannot be made");
  path_ = pattern;
  // A contained program is another user, and must read what the test gives it.
  if (containment().on()) std::filesystem::permissions(path_, std::filesystem::perms(0755));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(const std::string& name, std::string_view content) const {
  std::ofstream file(path_of(name), std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!file.flush()) throw std::runtime_error("the test's own file " + name + " cannot be written");
  return path_of(name);
}

}  // namespace harness

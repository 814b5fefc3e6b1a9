#include "tls.hpp"

#include <openssl/err.h>

#include <cerrno>
#include <system_error>

namespace net {

std::string tls_reason() {
  // errno first: everything else may change it.
  int system_error = errno;
  unsigned long first = ::ERR_get_error();
  // What failed inside fails the calls around it too, and each adds an entry; the first knows best. The others must go,
  // or the next call that fails would find them.
  ::ERR_clear_error();
  if (first == 0) return system_error != 0 ? std::generic_category().message(system_error) : "the connection ended";
  if (ERR_GET_LIB(first) == ERR_LIB_SYS) return std::generic_category().message(ERR_GET_REASON(first));
  const char* reason = ::ERR_reason_error_string(first);
  return reason != nullptr ? reason : "error " + std::to_string(first);
}

void throw_tls(const std::string& what) {
  std::string reason = tls_reason();
  throw TlsError(what + ": " + reason);
}

SslContext new_ssl_context(const SSL_METHOD* method) {
  SslContext context(::SSL_CTX_new(method));
  if (!context) throw_tls("SSL_CTX_new");
  return context;
}

Ssl new_ssl(const SslContext& context) {
  Ssl ssl(::SSL_new(context.get()));
  if (!ssl) throw_tls("SSL_new");
  return ssl;
}

}  // namespace net

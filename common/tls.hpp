#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <stdexcept>
#include <string>

// Owners for OpenSSL's objects, and its errors in our form. What is done with the objects is done with OpenSSL's own
// calls: `::SSL_read(ssl.get(), ...)`.
namespace net {

/// Gives a context back. \see \sslman{SSL_CTX_free}
struct FreeSslContext {
  void operator()(SSL_CTX* context) const noexcept { ::SSL_CTX_free(context); }  ///< What std::unique_ptr calls.
};
/// Gives a connection back. \see \sslman{SSL_free}
struct FreeSsl {
  void operator()(SSL* ssl) const noexcept { ::SSL_free(ssl); }  ///< What std::unique_ptr calls.
};

/// What all connections of a program have in common: versions, certificate and key, whom to trust.
/// \see \sslman{SSL_CTX_new}
using SslContext = std::unique_ptr<SSL_CTX, FreeSslContext>;

/// One TLS connection. It keeps its context alive, and does not own the socket that it talks through.
/// \see \sslman{SSL_new}
using Ssl = std::unique_ptr<SSL, FreeSsl>;

/// A TLS call failed. what() reads `operand: reason`, like every other error of this helper.
class TlsError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Why the last OpenSSL call of this thread failed, in words: the first entry of OpenSSL's error queue, which this
/// empties, or errno where the queue holds nothing. Ask once, right after the call.
/// \see \sslman{ERR_get_error}
std::string tls_reason();

/// Throws TlsError with tls_reason().
/// \param what the step and its operand: `certificate server.pem`
[[noreturn]] void throw_tls(const std::string& what);

/// A new context, or TlsError.
/// \param method TLS_server_method() or TLS_client_method()
SslContext new_ssl_context(const SSL_METHOD* method);

/// A new connection of `context`, or TlsError.
Ssl new_ssl(const SslContext& context);

}  // namespace net
